/* The flows that the censor follows: who talks to whom, and what it has learned of each. Pure. */
#ifndef LAB_FLOW_H
#define LAB_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "tests/lab/packet.h"
#include "tests/lab/peek.h"
#include "tests/lab/shaper.h"

/* Which way a packet goes. */
enum direction { OUTWARD, HOMEWARD }; /* from the client, to the client */

struct flow {
	struct flow *next;
	uint8_t proto;
	struct address client, server;
	uint16_t client_port, server_port;
	uint16_t handed_to; /* the server's port that answers in its stead; 0 none */
	/* what the client has sent, in order, until a name was found or there can be none */
	uint32_t first_seq;
	bool has_first_seq, peeked;
	struct buf sent;
	char sni[PEEK_NAME_SIZE], host[PEEK_NAME_SIZE]; /* "" not known */
	double server_bytes;
	/* the censor's own: bits are rules */
	uint64_t drawn, lucky, fired;
	bool dropped, dropped_home; /* both ways, what the server sends */
	struct shaper shaper;
	struct shaper *shared; /* of all flows with this server; NULL none */
};

struct flows;

struct flows *flows_new(void);
void flows_free(struct flows *flows);
/* The packet's flow; a new one where a client sends the first. NULL: a server's packet that nobody asked for. */
struct flow *flows_find(struct flows *flows, const struct packet *p, enum direction direction);
/* Adds what the client said to what is known of the flow. */
void flow_listen(struct flow *flow, const struct packet *p);

#endif
