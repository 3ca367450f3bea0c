# Finds JDKs; sourced by the other scripts. Prints "MAJOR HOME" lines, the newest first.

# The feature release of the Java at $1 (a home), or nothing.
java_major() {
  local version=""
  [ -x "$1/bin/java" ] || return 1
  if [ -r "$1/release" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$1/release")
  fi
  if [ -z "$version" ]; then
    version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1)
  fi
  version=${version#1.}
  version=${version%%[!0-9]*}
  [ -n "$version" ] && echo "$version"
}

# The home of a java command, through symbolic links.
java_home_of() {
  local command
  command=$(command -v "$1" 2>/dev/null) || return 1
  command=$(readlink -f "$command" 2>/dev/null || echo "$command")
  dirname "$(dirname "$command")"
}

list_jdks() {
  local home major
  for home in \
    "${JAVA_HOME:-}" "$(java_home_of java || true)" \
    /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/*jdk* /opt/*java* /usr/local/openjdk* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* \
    "$HOME"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*; do
    [ -n "$home" ] && [ -d "$home" ] || continue
    major=$(java_major "$home") || continue
    echo "$major $home"
  done | sort -s -r -n -k 1,1
}

# The home of the JDK that compiles: JAVA_HOME, then the one on PATH, then the newest found.
build_jdk() {
  local home major
  for home in "${JAVA_HOME:-}" "$(java_home_of javac || true)"; do
    [ -n "$home" ] && [ -x "$home/bin/javac" ] || continue
    major=$(java_major "$home") || continue
    [ "$major" -ge 17 ] && echo "$home" && return 0
  done
  while read -r major home; do
    [ "$major" -ge 17 ] && [ -x "$home/bin/javac" ] && echo "$home" && return 0
  done <<EOF
$(list_jdks)
EOF
  echo "$1: no JDK of 17 or later found (looked at JAVA_HOME, PATH, /usr/lib/jvm and other usual" \
    "places); install one, such as openjdk-17-jdk-headless, or set JAVA_HOME" >&2
  return 1
}

# Whether Maven is there and new enough; says so if not.
need_maven() {
  local version major minor
  if ! command -v mvn >/dev/null 2>&1; then
    echo "$1: Maven (mvn) is not on PATH; install Maven 3.8 or later" >&2
    return 1
  fi
  version=$(mvn -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  if [ -z "$version" ] || [ "$major" -lt 3 ] || { [ "$major" -eq 3 ] && [ "$minor" -lt 8 ]; }; then
    echo "$1: Maven ${version:-of unknown version} is too old; install Maven 3.8 or later" >&2
    return 1
  fi
}

# What a JVM of feature release $1 wants so that native libraries load without a warning.
jvm_quiet_flags() {
  [ "$1" -ge 24 ] || return 0
  echo "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
}
