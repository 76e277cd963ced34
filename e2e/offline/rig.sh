#!/bin/sh
# rig.sh COMMAND…: runs a command where whatever leaves the machine would be counted, and nothing can arrive. Inside a network
# namespace of its own there are the loopback, for the test's own driver, and `sink`: an interface with a default route and a
# neighbour that never answers. A packet to any address outside adds to what /proc/net/dev says `sink` has sent.
set -e
ip link set lo up
ip link add sink type veth peer name far
ip link set sink addrgenmode none
ip link set far addrgenmode none
ip addr add 10.9.0.2/24 dev sink
ip link set far up
ip link set sink up
ip neigh add 10.9.0.1 lladdr 02:00:00:00:00:01 dev sink
ip route add default via 10.9.0.1
exec "$@"
