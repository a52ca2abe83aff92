/* UDP sockets of the lab's servers. */
#include "tests/lab/world_udp.h"

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/log.h"
#include "tests/lab/world_conn.h"

union control {
	struct cmsghdr header; /* for its alignment */
	char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct in_pktinfo))];
};

/* The address that the datagram was sent to; false: the kernel did not say. */
static bool
destination(struct msghdr *message, struct world_ip *to)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
		struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
		struct sockaddr_in v4 = {.sin_family = AF_INET};

		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(
			    &v4.sin_addr, CMSG_DATA(c) + offsetof(struct in_pktinfo, ipi_addr), 4);
			world_ip_from(to, (struct sockaddr *)&v4);
			return true;
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&v6.sin6_addr,
			    CMSG_DATA(c) + offsetof(struct in6_pktinfo, ipi6_addr), 16);
			world_ip_from(to, (struct sockaddr *)&v6);
			return true;
		}
	}
	return false;
}

static void
on_datagram(evutil_socket_t fd, short what, void *arg)
{
	static uint8_t data[65536];
	union control control;
	struct udp_peer peer = {.port = arg};
	struct iovec iov = {data, sizeof(data)};
	struct msghdr message = {.msg_name = &peer.from,
	    .msg_namelen = sizeof(peer.from),
	    .msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &message, 0);

	(void)what;
	if (n < 0)
		return;
	peer.from_len = message.msg_namelen;
	if (destination(&message, &peer.to))
		peer.port->receive(&peer, data, (size_t)n);
}

void
udp_send(const struct udp_peer *peer, const void *data, size_t len)
{
	bool v4 = peer->from.ss_family == AF_INET;
	struct udp_peer to = *peer;
	union control control;
	struct iovec iov = {(void *)(uintptr_t)data, len};
	struct msghdr message = {.msg_name = &to.from,
	    .msg_namelen = to.from_len,
	    .msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control};
	struct in6_pktinfo v6_info = {0};
	struct in_pktinfo v4_info = {0};
	size_t size = v4 ? sizeof(v4_info) : sizeof(v6_info);

	memset(&control, 0, sizeof(control));
	memcpy(&v4_info.ipi_spec_dst, peer->to.bytes + 12, 4);
	memcpy(&v6_info.ipi6_addr, peer->to.bytes, 16);
	control.header.cmsg_level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
	control.header.cmsg_type = v4 ? IP_PKTINFO : IPV6_PKTINFO;
	control.header.cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(&control.header), v4 ? (void *)&v4_info : (void *)&v6_info, size);
	message.msg_controllen = CMSG_SPACE(size);
	if (sendmsg(peer->port->fd, &message, 0) < 0)
		log_debug("an answer over UDP could not be sent");
}

void
udp_start(struct udp_port *port, struct server *server, int fd,
    void (*receive)(struct udp_peer *peer, const uint8_t *data, size_t len))
{
	const int on = 1;

	*port = (struct udp_port){.server = server, .fd = fd, .receive = receive};
	(void)setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	event_assign(&port->event, server->base, fd, EV_READ | EV_PERSIST, on_datagram, port);
	event_add(&port->event, NULL);
}

void
udp_stop(struct udp_port *port)
{
	event_del(&port->event);
	close(port->fd);
}
