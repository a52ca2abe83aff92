/*
 * A censor on a router: peer_middlebox reset|drop NAME [IP]
 *
 *   reset   only listens; where a TCP packet that comes in has NAME in it, it forges a reset from the server to the client
 *   drop    forwards the TCP packets to IP that do not have NAME in them, in the kernel's place, which must be kept from
 *           doing so; it is silent about those whose time is up
 *
 * Prints "0\n" when it is ready, and exits when its standard input ends. Needs CAP_NET_RAW. IPv4 without options.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct packet {
	struct iphdr ip;
	struct tcphdr tcp;
	uint8_t rest[65536];
};

static uint32_t
sum_of(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
	return sum;
}

/* Over the segment and the pseudo header (RFC 9293 3.1). On a wire that is none, the kernel leaves it to the card. */
static void
tcp_checksum(struct packet *p, size_t len)
{
	size_t tcp_len = len - sizeof(p->ip);
	uint32_t sum;

	p->tcp.check = 0;
	sum = sum_of(&p->ip.saddr, 8) + IPPROTO_TCP + (uint32_t)tcp_len + sum_of(&p->tcp, tcp_len);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	p->tcp.check = htons((uint16_t)~sum);
}

/* The kernel writes the IP header's own checksum. */
static void
put_out(int raw, struct packet *p, size_t len)
{
	const struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = p->ip.daddr};

	tcp_checksum(p, len);
	if (sendto(raw, p, len, 0, (const struct sockaddr *)&to, sizeof(to)) < 0)
		perror("peer_middlebox: sendto");
}

static void
reset_client(int raw, const struct packet *seen)
{
	const size_t len = offsetof(struct packet, rest);
	struct packet p = {.ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP,
			       .tot_len = htons((uint16_t)len), .saddr = seen->ip.daddr,
			       .daddr = seen->ip.saddr},
	    .tcp = {.source = seen->tcp.dest, .dest = seen->tcp.source, .seq = seen->tcp.ack_seq,
		.doff = 5, .rst = 1}};

	put_out(raw, &p, len);
}

static void
forward(int raw, struct packet *p, size_t len)
{
	if (p->ip.ttl-- > 1)
		put_out(raw, p, len);
}

static void
watch(int tap, int raw, bool drop, const char *name, in_addr_t server)
{
	static struct packet p;
	struct sockaddr_ll from;
	socklen_t fromlen = sizeof(from);
	ssize_t len = recvfrom(tap, &p, sizeof(p), 0, (struct sockaddr *)&from, &fromlen);
	bool named;

	if (len < (ssize_t)offsetof(struct packet, rest) || from.sll_pkttype != PACKET_HOST ||
	    p.ip.protocol != IPPROTO_TCP || p.ip.ihl != 5)
		return;
	named = memmem(&p, (size_t)len, name, strlen(name)) != NULL;
	if (!drop && named)
		reset_client(raw, &p);
	if (drop && !named && p.ip.daddr == server)
		forward(raw, &p, (size_t)len);
}

int
main(int argc, char **argv)
{
	int tap = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	struct pollfd wait[] = {{.fd = tap, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
	bool drop = argc == 4 && strcmp(argv[1], "drop") == 0;

	if ((argc != 3 && !drop) || tap < 0 || raw < 0) {
		perror("peer_middlebox");
		return 1;
	}
	puts("0");
	fflush(stdout);
	while (poll(wait, 2, -1) > 0 && wait[1].revents == 0)
		watch(tap, raw, drop, argv[2], drop ? inet_addr(argv[3]) : 0);
	return 0;
}
