copied=no
cp %A %A.kn && copied=yes
git merge-file -q --marker-size=%L -L ours -L base -L theirs %A %O %B
status=$?
[ $status -le 127 ] || status=1
kn=kn
command -v kn >/dev/null 2>&1 || kn=@KN@
if [ "$copied" = yes ] && command -v "$kn" >/dev/null 2>&1; then
    "$kn" merge-driver %O %A.kn %B %P %L
    said=$?
    if [ $said = 0 ] || { [ $said = 1 ] && grep -q '^<<<<<<<' %A.kn; }; then
        mv -f %A.kn %A && status=$said
    fi
fi
rm -f %A.kn
exit $status
