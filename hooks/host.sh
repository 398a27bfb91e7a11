kn_host=${0%/*}/kn-host/@EVENT@
[ -x "$kn_host" ] || exit 0
exec "$kn_host" "$@"
