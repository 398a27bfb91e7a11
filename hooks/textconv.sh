show() {
    kn=kn
    command -v kn >/dev/null 2>&1 || kn=@KN@
    command -v "$kn" >/dev/null 2>&1 && "$kn" textconv "$1" 2>/dev/null || cat "$1"
}; show
