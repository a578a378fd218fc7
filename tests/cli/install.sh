# What `make install` puts where, whether a stranger's program builds against it, and that the library shows nothing but its public functions.
. "$(dirname "${BASH_SOURCE[0]}")/helpers"
case $(basename "$build") in asan | tsan | fuzz) echo "the installed library is not one of a sanitizer"; exit 77 ;; esac
unset MAKEFLAGS MAKELEVEL MFLAGS
CC=${CC:-gcc}

# With a prefix, as a packager does it: staged into DESTDIR.
prefix=/opt/back-file
stage=$work/stage
runs 0 make install B="$build" CC="$CC" PREFIX=$prefix DESTDIR="$stage"
root=$stage$prefix
for program in backfile-index backfile-search backfile-bench; do
    [ -x "$root/bin/$program" ] || complain "$program is not installed"
    [ -s "$root/share/man/man1/$program.1" ] || complain "$program has no manual"
    runs 0 "$root/bin/$program" --version
done
version=$(sed -n 's/^#define BF_VERSION "\(.*\)"/\1/p' include/backfile.h)
[ -f "$root/lib/libbackfile.so.$version" ] || complain "no libbackfile.so.$version"
[ -L "$root/lib/libbackfile.so" ] && [ -e "$root/lib/libbackfile.so" ] || complain "libbackfile.so leads nowhere"
soname=$(readelf -d "$root/lib/libbackfile.so" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
[ -e "$root/lib/$soname" ] || complain "no file of the library's own name, $soname"
grep -rlF "$stage" "$root/lib/pkgconfig" && complain "the staging folder is written into what is installed"

# The public functions are those of the header, no less and no more.
nm -D --defined-only "$root/lib/libbackfile.so" | awk '{ print $3 }' | sort >"$work/exported"
sed -n 's/^BF_API .*\(bf_[a-z_]*\)(.*/\1/p' include/backfile.h | sort >"$work/declared"
[ "$(wc -l <"$work/declared")" -gt 20 ] || complain "functions of the header are not recognised"
same "$work/declared" "$work/exported"
nm -D --undefined-only "$root/lib/libbackfile.so" | grep -E ' (printf|puts|putchar|perror|exit|fwrite|fputs|stdout|stderr)(@|$)' &&
    complain "the library prints or exits"

# A program finds it by pkg-config, shared and static, in C and in C++.
if command -v pkg-config >/dev/null; then
    export PKG_CONFIG_PATH=$root/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$stage
    runs 0 pkg-config --modversion backfile
    says out "$version"
    runs 0 pkg-config --variable=prefix backfile
    says out $prefix
    # shellcheck disable=SC2046 # words are wanted
    runs 0 "$CC" -std=c11 -Wall -Wextra -Wpedantic -Werror examples/two_articles.c -o "$work/shared" $(pkg-config --cflags --libs backfile)
    runs 0 env LD_LIBRARY_PATH="$root/lib" "$work/shared" "$work/two.bf"
    says out "Ferries idle as harbour strike begins"
    # shellcheck disable=SC2046
    runs 0 "$CC" -std=c11 examples/two_articles.c -o "$work/static" $(pkg-config --cflags backfile) "$root/lib/libbackfile.a" \
        $(pkg-config --static --libs-only-l backfile | sed 's/-lbackfile//')
    runs 0 "$work/static" "$work/two.bf"
    says out "Ferries idle as harbour strike begins"
    runs 0 "$root/bin/backfile-search" "$work/two.bf" orchards
    if command -v g++ >/dev/null; then
        printf '#include <backfile.h>\n#include <cstdio>\nint main() { std::puts(bf_version()); }\n' >"$work/plus.cc"
        # shellcheck disable=SC2046
        runs 0 g++ -Wall -Wextra -Wpedantic -Werror "$work/plus.cc" -o "$work/plus" $(pkg-config --cflags --libs backfile)
        runs 0 env LD_LIBRARY_PATH="$root/lib" "$work/plus"
        says out "$version"
    fi
fi

# The example in the tree, under its limit.
[ "$(wc -l <examples/two_articles.c)" -lt 60 ] || complain "the example has become long"
if [ -x "$build/tests/two_articles" ]; then
    runs 0 "$build/tests/two_articles" "$work/again.bf"
    says out "Ferries idle as harbour strike begins"
fi

# The search program starts fast because it needs little.
needed=$(readelf -d "$root/bin/backfile-search" | sed -n 's/.*(NEEDED).*\[lib\([a-z0-9]*\).*/\1/p' | sort | tr '\n' ' ')
for library in $needed; do
    case $library in lmdb | stemmer | z | utf8proc | c | m | pthread | ld) ;; *) complain "backfile-search needs lib$library" ;; esac
done

runs 0 make uninstall B="$build" PREFIX=$prefix DESTDIR="$stage"
[ "$(find "$stage" ! -type d)" = "" ] || { complain "uninstall leaves something"; find "$stage" ! -type d; }

[ $failures -eq 0 ]
