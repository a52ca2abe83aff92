/* UDP sockets of the lab's servers, which answer from the address that was asked. */
#ifndef TESTS_LAB_WORLD_UDP_H
#define TESTS_LAB_WORLD_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <event2/event_struct.h>

#include "tests/lab/world_ip.h"

struct server;
struct udp_port;

/* Where a datagram came from, and the address it was sent to. */
struct udp_peer {
	struct udp_port *port;
	struct sockaddr_storage from;
	socklen_t from_len;
	struct world_ip to;
};

struct udp_port {
	struct server *server;
	int fd;
	struct event event;
	/* A datagram has come. */
	void (*receive)(struct udp_peer *peer, const uint8_t *data, size_t len);
};

/* Takes a bound socket. */
void udp_start(struct udp_port *port, struct server *server, int fd,
    void (*receive)(struct udp_peer *peer, const uint8_t *data, size_t len));
void udp_stop(struct udp_port *port);
void udp_send(const struct udp_peer *peer, const void *data, size_t len);

#endif
