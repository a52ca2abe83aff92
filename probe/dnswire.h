/*
 * DNS messages (RFC 1035, RFC 6891): writes a question, reads the reply to it. Pure.
 */
#ifndef PROBE_DNSWIRE_H
#define PROBE_DNSWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/dnsname.h"

struct answer;
struct arena;
struct buf;

enum dns_type { DNS_TYPE_A = 1, DNS_TYPE_CNAME = 5, DNS_TYPE_AAAA = 28 };
/* The rcodes that somebody here asks for by name. BADVERS needs EDNS's upper bits. */
enum dns_rcode {
	DNS_RCODE_FORMERR = 1,
	DNS_RCODE_NXDOMAIN = 3,
	DNS_RCODE_NOTIMP = 4,
	DNS_RCODE_BADVERS = 16
};

enum {
	DNS_MESSAGE_MAX = 65535,
	DNS_EDNS_SIZE = 1232, /* the largest datagram we ask for: never in fragments */
	DNS_RANDOM_SIZE = 2 + DNS_NAME_MAX / 8 + 1 /* an ID, and a bit for every letter of a name */
};

struct dns_question {
	uint16_t id;
	uint16_t type;
	struct dns_name name;
};

/*
 * ID 0, lower case, as DoH's caches want it (RFC 8484 4.1). Returns 0, or -1 when hostname is no
 * DNS name.
 */
int dns_question_init(struct dns_question *q, const char *hostname, enum dns_type type);
/* Takes the ID, and the case of each letter (0x20), from random bytes. */
void dns_question_randomize(struct dns_question *q, const uint8_t random[DNS_RANDOM_SIZE]);
/* Appends the query, recursion desired, with an OPT record where edns. */
void dns_question_write(const struct dns_question *q, bool edns, struct buf *out);

enum dns_kind { DNS_VALID, DNS_MALFORMED, DNS_WRONG_ID, DNS_WRONG_QUESTION };
/* As struct datagram has it: "malformed", "wrong_id", "wrong_question"; "answer" for DNS_VALID. */
const char *dns_kind_name(enum dns_kind kind);

struct dns_reply {
	enum dns_kind kind; /* unless DNS_VALID only rcode, truncated and edns below say anything */
	int rcode; /* with EDNS's upper bits; -1: the header is not a reply's */
	bool truncated;
	bool edns;
	bool case_mismatch; /* the question came back in another case */
	/*
	 * The records in the answer section that the chain of CNAMEs from the question leads to, in
	 * the message's order; what belongs to other names is left out, as a browser's resolver
	 * would. In the arena.
	 */
	struct answer *answers;
	size_t nanswers;
	size_t nmatching; /* of the type asked for, among them */
};

/* Reads bytes as the reply to q. Allocates in the arena only when the reply is valid. */
void dns_reply_read(struct dns_reply *reply, const struct dns_question *q, const void *bytes,
    size_t len, struct arena *arena);

#endif
