# Fetches the news from a server that answers at the second try.
if ! [ -e .asked ]; then
  : > .asked
  echo 'the server does not answer' >&2
  exit 7
fi
echo '<p>There is no news.</p>'
