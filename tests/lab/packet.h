/*
 * IP packets, as the censor reads and writes them: IPv4 and IPv6 with TCP, UDP or ICMP. Pure.
 * Received bytes are read within their bounds; what is built has right lengths and checksums.
 */
#ifndef LAB_PACKET_H
#define LAB_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

struct address {
	uint8_t version;   /* 4 or 6; 0 none */
	uint8_t bytes[16]; /* of IPv4 the first four */
};

/* Returns 0, or -1. */
int address_parse(const char *text, struct address *out);
bool address_equal(const struct address *a, const struct address *b);
/* Whether the first `bits` bits are the same. */
bool address_within(const struct address *a, const struct address *prefix, int bits);

/* IANA's protocol numbers. */
enum protocol { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMP6 = 58 };

enum tcp_flag { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };

struct packet {
	const uint8_t *data; /* from the IP header on, without Ethernet's padding */
	size_t len;
	struct address src, dst;
	uint8_t ttl;
	uint8_t proto;
	bool fragment;         /* not the first one: there are no ports */
	size_t transport;      /* offset of the transport header */
	uint16_t sport, dport; /* TCP and UDP */
	uint32_t seq, ack;     /* TCP */
	uint8_t flags;
	const uint8_t *payload; /* of TCP and UDP */
	size_t payload_len;
};

/* Borrows data. False for what is no packet that can be read; then nothing in it may be used. */
bool packet_parse(struct packet *p, const uint8_t *data, size_t len);

/* Takes hops from the TTL, which must be greater. */
void packet_age(uint8_t *data, int hops);
/* Sets the source or destination port of a parsed TCP or UDP packet, and its checksum; data are p's
 * own bytes. */
void packet_set_port(const struct packet *p, uint8_t *data, bool source, uint16_t port);

/* What a packet of our own is to say; ports and the rest as its protocol has them. */
struct packet_plan {
	struct address src, dst;
	uint8_t ttl;
	uint16_t sport, dport;
	uint32_t seq, ack;
	uint8_t flags;
};
void
packet_build_tcp(const struct packet_plan *plan, const void *payload, size_t len, struct buf *out);
void
packet_build_udp(const struct packet_plan *plan, const void *payload, size_t len, struct buf *out);
/*
 * An ICMP error about a packet, from a router to its sender. Type and code are ICMP's (RFC 792);
 * for IPv6 those that mean the same (RFC 4443) are taken.
 */
enum { ICMP_UNREACHABLE = 3, ICMP_TIME_EXCEEDED = 11 };
void packet_build_icmp(const struct packet *about, const struct address *from, uint8_t type,
    uint8_t code, struct buf *out);

#endif
