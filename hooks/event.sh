(
    kn=kn
    command -v kn >/dev/null 2>&1 || kn=@KN@
    command -v "$kn" >/dev/null 2>&1 || exit 0
    "$kn" hook @EVENT@ "$@"
) </dev/null || :
