rm -f %A.kn %A.merged
copied=no
cp %A %A.kn && copied=yes
git merge-file -q --marker-size=%L -L ours -L base -L theirs %A %O %B
status=$?
[ $status -le 127 ] || status=1
kn=kn
command -v kn >/dev/null 2>&1 || kn=@KN@
if [ "$copied" = yes ] && command -v "$kn" >/dev/null 2>&1; then
    limit=
    timeout -k 1 30 true 2>/dev/null && limit="timeout -k 1 30"
    $limit "$kn" merge-driver %O %A.kn %B %P %L %A.merged </dev/null
    said=$?
    if [ -s %A.merged ] && { [ $said = 0 ] || { [ $said = 1 ] && grep -q '^<<<' %A.merged; }; }; then
        mv -f %A.merged %A && status=$said
    fi
fi
rm -f %A.kn %A.merged
exit $status
