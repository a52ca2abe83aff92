/* The censor's rules, as a scenario writes them: "sni=*.news1.lab prob=0.5 do rst residual=10". Pure. */
#ifndef LAB_RULE_H
#define LAB_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/lab/packet.h"

struct arena;

enum action_kind {
	ACTION_DROP, /* from here on, both ways of the flow */
	ACTION_DROP_PACKET,
	ACTION_DROP_HOME, /* what the server sends from here on */
	ACTION_RST, /* to both ends */
	ACTION_RST_CLIENT,
	ACTION_RST_SERVER,
	ACTION_FIN, /* to the client */
	ACTION_ALERT, /* number: a TLS alert to the client, and its end */
	ACTION_ICMP, /* number: the code of an ICMP unreachable, in the packet's stead */
	ACTION_DNS, /* a forged answer: number is the rcode, or addresses */
	ACTION_ONLY, /* the query that was answered goes no further */
	ACTION_HTTP, /* number: the status of a forged response; text: where a 302 leads */
	ACTION_PORT, /* number: the flow goes to that port of the server's */
	ACTION_RESIDUAL, /* number: seconds in which client and server's port hear nothing of each other */
	ACTION_RATE, /* number: kbit/s of what comes to the client in this flow */
	ACTION_RATE_DST, /* the same for all flows with the server's address together */
};

struct action {
	enum action_kind kind;
	double number;
	const char *text;
	struct address address, second; /* version 0: none */
};

/* How forged packets are sent. */
struct manner {
	double copies; /* of each; 0 is one */
	double after_ms; /* the packet that set it off */
	double ttl; /* 0: as from the box */
};

enum where { WHERE_ANY, WHERE_PREFIX, WHERE_DOMESTIC, WHERE_FOREIGN };

enum { RULE_ACTIONS = 6 };

struct rule {
	const char *sni, *host, *qname; /* NULL: not asked */
	enum where where;
	struct address prefix;
	int bits;
	int proto, dport; /* 0: any */
	double qtype; /* 1 A, 28 AAAA; 0: any */
	bool syn, server_hello;
	double after_bytes; /* 0: not asked */
	double prob; /* of the flows */
	double from_s, until_s;
	struct action actions[RULE_ACTIONS];
	size_t nactions;
	struct manner manner;
};

/* Texts go to the arena. Returns NULL, or what is wrong (in the arena). */
const char *rule_parse(struct rule *rule, const char *text, struct arena *arena);
/* "*.x.lab" is every name below x.lab, "x.lab" that name only. */
bool rule_name_matches(const char *pattern, const char *name);
/* Domestic is 203.0.113.0/24; everything else is foreign. */
bool rule_where_matches(const struct rule *rule, const struct address *server);
bool address_is_domestic(const struct address *a);

#endif
