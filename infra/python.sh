#!/bin/sh
# Print the path of a Python from 3.11 to 3.13: the one that PYTHON names, or else the first on the path.
for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
  path=$(command -v "$name") || continue
  if "$path" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    echo "$path"
    exit 0
  fi
done
echo 'Sotto needs Python 3.11, 3.12 or 3.13: install one (on Debian 12: apt-get install python3), or name it with PYTHON=/path/to/python3.' >&2
exit 1
