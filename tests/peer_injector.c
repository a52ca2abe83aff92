/*
 * A censor that only listens: peer_injector NAME
 *
 * Run on a router, it watches the TCP packets that come in, and where one has NAME in it, forges a reset from the server to
 * the client. Prints "0\n" when it is ready, and exits when its standard input ends. Needs CAP_NET_RAW.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* What the checksum of a TCP segment covers (RFC 9293 3.1), and the segment. */
struct segment {
	uint32_t source, destination;
	uint8_t zero, protocol;
	uint16_t length;
	struct tcphdr tcp;
};

static uint16_t
checksum(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void
reset_client(int raw, const struct iphdr *ip, const struct tcphdr *tcp)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = ip->saddr};
	struct {
		struct iphdr ip;
		struct tcphdr tcp;
	} packet = {.ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP,
			.tot_len = htons(sizeof(packet)), .saddr = ip->daddr, .daddr = ip->saddr},
	    .tcp = {.source = tcp->dest, .dest = tcp->source, .seq = tcp->ack_seq, .doff = 5, .rst = 1}};
	struct segment covered = {.source = ip->daddr, .destination = ip->saddr,
	    .protocol = IPPROTO_TCP, .length = htons(sizeof(packet.tcp)), .tcp = packet.tcp};

	packet.tcp.check = checksum(&covered, sizeof(covered));
	if (sendto(raw, &packet, sizeof(packet), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		perror("peer_injector: sendto");
}

static void
watch(int tap, int raw, const char *name)
{
	uint8_t packet[65536];
	struct sockaddr_ll from;
	socklen_t fromlen = sizeof(from);
	ssize_t len = recvfrom(tap, packet, sizeof(packet), 0, (struct sockaddr *)&from, &fromlen);
	struct tcphdr tcp;
	struct iphdr ip;

	if (len < (ssize_t)(sizeof(ip) + sizeof(tcp)) || from.sll_pkttype == PACKET_OUTGOING)
		return;
	memcpy(&ip, packet, sizeof(ip));
	memcpy(&tcp, packet + sizeof(ip), sizeof(tcp));
	if (ip.protocol == IPPROTO_TCP && ip.ihl == 5 &&
	    memmem(packet, (size_t)len, name, strlen(name)) != NULL)
		reset_client(raw, &ip, &tcp);
}

int
main(int argc, char **argv)
{
	int tap = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	struct pollfd wait[] = {{.fd = tap, .events = POLLIN}, {.fd = 0, .events = POLLIN}};

	if (argc != 2 || tap < 0 || raw < 0) {
		perror("peer_injector");
		return 1;
	}
	puts("0");
	fflush(stdout);
	while (poll(wait, 2, -1) > 0 && wait[1].revents == 0)
		watch(tap, raw, argv[1]);
	return 0;
}
