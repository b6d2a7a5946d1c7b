# Asks the store to count from one: bash opens the connection.
exec 3<>"/dev/tcp/127.0.0.1/$PORT" || exit 1
echo add >&3
read -r number <&3
echo "the store begins with $number"
