# Sourced by the commands in bin/: finds a JDK 25, a browser, and the project's root. POSIX sh.

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)

die() {
    echo "$(basename -- "$0"): $*" >&2
    exit 1
}

jdk_property() { # $1 = home, $2 = property name with escaped dots
    "$1/bin/java" -XshowSettings:properties -version 2>&1 </dev/null | sed -n "s/^ *$2 = //p"
}

jdk_major() { # 25 for "25", 8 for "1.8"; nothing when $1 is no JDK
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 1
    jdk_property "$1" 'java\.specification\.version' | sed -n 's/^\(1\.\)\{0,1\}\([0-9][0-9]*\).*/\2/p'
}

find_jdk() { # prints the home of a JDK of at least major version $1 (default 25); the first that fits wins
    want=${1:-25} mac=
    on_path=$(command -v javac 2>/dev/null) && on_path=$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")
    [ -x "${JAVA_HOME_TOOL:=/usr/libexec/java_home}" ] && mac=$("$JAVA_HOME_TOOL" -v "$want+" 2>/dev/null)
    for home in "${JAVA_HOME:-}" "${on_path%/bin/javac}" "${JVM_FOLDER:-/usr/lib/jvm}"/* "$mac" "${SDKMAN_DIR:-${HOME:-}/.sdkman}"/candidates/java/*; do
        [ -n "$home" ] && major=$(jdk_major "$home") && [ "${major:-0}" -ge "$want" ] || continue
        jdk_property "$home" 'java\.home' # not $home: macOS's /usr/bin/javac is a stub outside any JDK
        return 0
    done
    echo "JDK $want or newer not found: install one (Temurin $want, or your system's openjdk-$want), or set JAVA_HOME to it" >&2
    return 1
}

use_jdk() {
    JAVA_HOME=$(find_jdk 25) || exit 1
    export JAVA_HOME
    PATH=$JAVA_HOME/bin:$PATH
    command -v mvn >/dev/null 2>&1 || die "Maven 3.8.7 or newer not found: install it (Debian: apt-get install maven)"
}

maven() { # quiet about JDK 25's warnings over Maven's own libraries
    mvn -B -ntp -f "$root/pom.xml" "$@"
}

memory_folder() { # makes a folder in memory that has room for $1 KiB and runs programs, and prints it; fails where there is none
    folder=$(mktemp -d /dev/shm/tests.XXXXXX 2>/dev/null) || return 1
    printf '#!/bin/sh\n' >"$folder/program"
    chmod +x "$folder/program"
    if "$folder/program" 2>/dev/null && [ "$(df -Pk "$folder" | awk 'END { print $4 }')" -ge "$1" ]; then
        rm "$folder/program"
        echo "$folder"
    else
        rm -r "$folder"
        return 1
    fi
}

find_browser() { # prints a Chromium's path
    for browser in "${CHROMIUM:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        [ -n "$browser" ] && [ -x "$browser" ] && { echo "$browser"; return 0; }
    done
    return 1
}

use_browser() { # installs a Chromium if there is none; sets CHROMIUM, or leaves it empty where Playwright's own is used
    if CHROMIUM=$(find_browser); then
        export CHROMIUM
    elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing Chromium with apt ..." >&2
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >&2 || die "could not install chromium with apt"
        CHROMIUM=$(find_browser) || die "apt installed chromium, but it is not at /usr/bin/chromium"
        export CHROMIUM
    else
        unset CHROMIUM # Playwright downloads and uses its own
    fi
}

version=0.1.0-SNAPSHOT

build_needed() { # $1 = module: never built, or a source is newer than its build
    [ -z "${ALREADY_BUILT:-}" ] || return 1 # set by tests, which run inside a build
    stamp=$root/$1/target/built
    [ -f "$stamp" ] || return 0
    [ -n "$(find "$root" -maxdepth 1 -name pom.xml -newer "$stamp" -print)" ] ||
        [ -n "$(find "$root/webgpu-shaders" "$root/shard-service" "$root/browser-worker" "$root/site" "$root/ads-and-billing" "$root/server" "$root/$1" \
            \( -name target -o -path '*/src/test' \) -prune -o -type f -newer "$stamp" -print | head -n 1)" ]
}

build() { # $1 = module, with all that it needs; quiet unless it fails
    build_needed "$1" || return 0
    echo "Building $1 (the first time fetches the libraries, a few minutes) ..." >&2
    log=$(mktemp)
    if ! maven -q -Dfast -Dmaven.test.skip=true package -pl "$1" -am >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "the build failed; its output is above"
    fi
    rm -f "$log"
    touch "$root/$1/target/built"
}
