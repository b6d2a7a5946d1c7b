# Finds a JDK; sourced by ./brood and ./gate, and the one place that knows how.
#
# find_jdk sets jdk_home and jdk_version (25.0.3+9-LTS, or 25.0.3 where the JDK tells no more), or
# leaves jdk_home empty and says in jdk_seen where it looked. No JVM is started: the file "release" of
# a JDK names its version. Only builtins are used, except for one readlink where `java` in PATH is a
# symbolic link.

jdk_needed=25

# Sets jdk_version to the version of the JDK in directory $1. Fails if there is no JDK.
read_jdk_version() {
  jdk_version=
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  # The lines are sorted; only what comes after JAVA_VERSION is long, and sh reads byte by byte.
  while IFS= read -r jdk_line; do
    case $jdk_line in
      JAVA_RUNTIME_VERSION=*) jdk_version=${jdk_line#*=} ;;
      JAVA_VERSION=*)
        jdk_version=${jdk_version:-${jdk_line#*=}}
        break
        ;;
    esac
  done <"$1/release"
  jdk_version=${jdk_version#\"}
  jdk_version=${jdk_version%\"}
  [ -n "$jdk_version" ]
}

# Takes the JDK in directory $1 if it is new enough. $2 names it in the message otherwise.
take_jdk() {
  if ! read_jdk_version "$1"; then
    jdk_seen="$jdk_seen, $2"
    return 1
  fi
  jdk_major=${jdk_version%%[!0-9]*}
  if [ "${jdk_major:-0}" -ge "$jdk_needed" ]; then
    jdk_home=$1
    return 0
  fi
  jdk_seen="$jdk_seen, $2 (is $jdk_version)"
  return 1
}

# The first `java` in PATH counts, as it does for the shell.
take_jdk_in_path() {
  jdk_ifs=$IFS
  IFS=:
  set -f
  # shellcheck disable=SC2086
  set -- $PATH
  set +f
  IFS=$jdk_ifs
  for jdk_directory; do
    [ -x "$jdk_directory/java" ] || continue
    jdk_program=$jdk_directory/java
    if [ -L "$jdk_program" ]; then
      jdk_program=$(readlink -f "$jdk_program") || return 1
    fi
    take_jdk "${jdk_program%/bin/java}" "PATH"
    return
  done
  jdk_seen="$jdk_seen, PATH"
  return 1
}

# The usual folders. The needed version is preferred to a newer one, which may lack tool support.
take_jdk_in_folders() {
  jdk_newer=
  for jdk_directory in \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/openjdk-* /opt/* /opt/java/* \
    "${HOME:-/}"/.sdkman/candidates/java/* "${HOME:-/}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME:-/}"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
    read_jdk_version "$jdk_directory" || continue
    jdk_major=${jdk_version%%[!0-9]*}
    if [ "${jdk_major:-0}" -eq "$jdk_needed" ]; then
      jdk_home=$jdk_directory
      return 0
    fi
    if [ -z "$jdk_newer" ] && [ "${jdk_major:-0}" -gt "$jdk_needed" ]; then
      jdk_newer=$jdk_directory
    fi
  done
  jdk_seen="$jdk_seen, /usr/lib/jvm, /usr/java, /opt, ~/.sdkman/candidates/java, ~/.jdks"
  jdk_seen="$jdk_seen, /Library/Java/JavaVirtualMachines"
  [ -n "$jdk_newer" ] && read_jdk_version "$jdk_newer" && jdk_home=$jdk_newer
}

# BROOD_JAVA_HOME is an order: when it does not fit, nothing else is tried.
find_jdk() {
  jdk_home=
  jdk_seen=
  if [ -n "${BROOD_JAVA_HOME:-}" ]; then
    take_jdk "$BROOD_JAVA_HOME" "BROOD_JAVA_HOME=$BROOD_JAVA_HOME"
  else
    { [ -n "${JAVA_HOME:-}" ] && take_jdk "$JAVA_HOME" "JAVA_HOME=$JAVA_HOME"; } \
      || take_jdk_in_path || take_jdk_in_folders
  fi || :
  jdk_seen=${jdk_seen#, }
  [ -n "$jdk_home" ]
}
