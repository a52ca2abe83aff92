/* DNS messages: writes a question, reads the reply to it. What a reply means is left to others. */
#include "probe/dnswire.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/reader.h"
#include "results/measurement.h"

enum {
	CLASS_IN = 1,
	TYPE_OPT = 41,
	FLAG_QR = 0x8000,
	FLAG_TC = 0x0200,
	FLAG_RD = 0x0100,
	OPCODE_MASK = 0x7800,
	CHAIN_MAX = 16 /* CNAMEs followed; resolvers give up earlier */
};

int
dns_question_init(struct dns_question *q, const char *hostname, enum dns_type type)
{
	*q = (struct dns_question){.type = (uint16_t)type};
	return dns_name_parse(&q->name, hostname);
}

void
dns_question_randomize(struct dns_question *q, const uint8_t random[DNS_RANDOM_SIZE])
{
	q->id = (uint16_t)(random[0] << 8 | random[1]);
	dns_name_set_case(&q->name, random + 2);
}

void
dns_question_write(const struct dns_question *q, bool edns, struct buf *out)
{
	buf_u16(out, q->id);
	buf_u16(out, FLAG_RD);
	buf_u16(out, 1); /* questions */
	buf_u16(out, 0); /* answers */
	buf_u16(out, 0); /* authorities */
	buf_u16(out, edns ? 1 : 0); /* additional records */
	buf_add(out, q->name.wire, q->name.len);
	buf_u16(out, q->type);
	buf_u16(out, CLASS_IN);
	if (!edns)
		return;
	buf_u8(out, 0); /* the root owns an OPT record (RFC 6891 6.1.2) */
	buf_u16(out, TYPE_OPT);
	buf_u16(out, DNS_EDNS_SIZE);
	buf_u32(out, 0); /* upper bits of the rcode, version 0, no flags */
	buf_u16(out, 0); /* no options */
}

/* One resource record; its data is data[0..len) at offset `at` of the message. */
struct record {
	struct dns_name owner;
	uint16_t type, class;
	uint32_t ttl;
	size_t at, len;
	const uint8_t *data;
	struct dns_name target; /* CNAME in class IN */
};

static bool
record_is(const struct record *rr, enum dns_type type)
{
	return rr->class == CLASS_IN && rr->type == (uint16_t)type;
}

/* Reads the next record; false when it is malformed, or its data does not have its type's shape. */
static bool
record_read(struct reader *r, struct record *rr)
{
	struct reader data;

	if (!dns_name_read(r, &rr->owner))
		return false;
	rr->type = reader_u16(r);
	rr->class = reader_u16(r);
	rr->ttl = reader_u32(r);
	rr->len = reader_u16(r);
	rr->at = r->pos;
	rr->data = reader_bytes(r, rr->len);
	if (r->failed)
		return false;
	if (record_is(rr, DNS_TYPE_A))
		return rr->len == sizeof(struct in_addr);
	if (record_is(rr, DNS_TYPE_AAAA))
		return rr->len == sizeof(struct in6_addr);
	if (!record_is(rr, DNS_TYPE_CNAME))
		return true;
	reader_init(&data, r->data, rr->at + rr->len);
	reader_seek(&data, rr->at);
	return dns_name_read(&data, &rr->target) && reader_left(&data) == 0;
}

/* The message's fixed part (RFC 1035 4.1.1). */
struct header {
	uint16_t id, flags, questions, answers, authorities, additional;
};

static bool
header_read(struct reader *r, struct header *h)
{
	h->id = reader_u16(r);
	h->flags = reader_u16(r);
	h->questions = reader_u16(r);
	h->answers = reader_u16(r);
	h->authorities = reader_u16(r);
	h->additional = reader_u16(r);
	return !r->failed && (h->flags & (FLAG_QR | OPCODE_MASK)) == FLAG_QR;
}

/*
 * Compares the question. Servers that failed to parse ours, or refuse to serve it, may leave it
 * out: then the ID, the port and the error have to do.
 */
static enum dns_kind
question_check(
    struct reader *r, const struct header *h, const struct dns_question *q, bool *case_mismatch)
{
	struct dns_name name;
	uint16_t type, class;

	if (h->questions == 0) {
		bool may = (h->flags & 15) != 0 && (h->flags & 15) != DNS_RCODE_NXDOMAIN;
		return may ? DNS_VALID : DNS_WRONG_QUESTION;
	}
	if (!dns_name_read(r, &name))
		return DNS_MALFORMED;
	type = reader_u16(r);
	class = reader_u16(r);
	if (r->failed)
		return DNS_MALFORMED;
	if (h->questions > 1 || type != q->type || class != CLASS_IN ||
	    !dns_name_equal(&name, &q->name))
		return DNS_WRONG_QUESTION;
	*case_mismatch = memcmp(name.wire, q->name.wire, name.len) != 0;
	return DNS_VALID;
}

/* How many of n records can be read. */
static uint16_t
records_pass(struct reader *r, uint16_t n)
{
	struct record rr;
	uint16_t i;

	for (i = 0; i < n; i++)
		if (!record_read(r, &rr))
			break;
	return i;
}

/* The names that the question's name leads to, itself first. */
struct chain {
	struct dns_name names[CHAIN_MAX + 1];
	size_t n;
};

static bool
chain_has(const struct chain *chain, const struct dns_name *name)
{
	size_t i;

	for (i = 0; i < chain->n; i++)
		if (dns_name_equal(&chain->names[i], name))
			return true;
	return false;
}

/* Adds where the chain's last name leads to; false at its end, and where it would go round. */
static bool
chain_step(struct chain *chain, struct reader r, uint16_t n)
{
	const struct dns_name *last = &chain->names[chain->n - 1];
	struct record rr;

	while (n-- > 0 && record_read(&r, &rr)) {
		if (!record_is(&rr, DNS_TYPE_CNAME) || !dns_name_equal(&rr.owner, last))
			continue;
		if (chain->n > CHAIN_MAX || chain_has(chain, &rr.target))
			return false;
		chain->names[chain->n++] = rr.target;
		return true;
	}
	return false;
}

static char *
type_text(uint16_t type, struct arena *arena)
{
	/* Of those that come in answers to A and AAAA, or that injectors were seen to send. */
	static const struct {
		uint16_t type;
		const char *name;
	} names[] = {{1, "A"}, {2, "NS"}, {5, "CNAME"}, {6, "SOA"}, {12, "PTR"}, {15, "MX"},
	    {16, "TXT"}, {28, "AAAA"}, {33, "SRV"}, {39, "DNAME"}, {46, "RRSIG"}, {47, "NSEC"},
	    {50, "NSEC3"}, {64, "SVCB"}, {65, "HTTPS"}};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			return arena_strdup(arena, names[i].name);
	return arena_printf(arena, "TYPE%u", type); /* RFC 3597 5 */
}

static void
answer_add(struct dns_reply *reply, const struct record *rr, struct arena *arena)
{
	struct answer *a = ARENA_PUSH(arena, reply->answers, reply->nanswers);
	char text[INET6_ADDRSTRLEN];

	a->type = type_text(rr->type, arena);
	a->ttl = rr->ttl;
	if (rr->type == DNS_TYPE_CNAME)
		a->hostname = dns_name_text(&rr->target, arena);
	else if (rr->type == DNS_TYPE_A)
		a->address = arena_strdup(arena, inet_ntop(AF_INET, rr->data, text, sizeof(text)));
	else if (rr->type == DNS_TYPE_AAAA)
		a->address = arena_strdup(arena, inet_ntop(AF_INET6, rr->data, text, sizeof(text)));
}

static void
answers_list(struct dns_reply *reply, const struct dns_question *q, struct reader r, uint16_t n,
    struct arena *arena)
{
	struct chain chain = {.n = 1};
	struct record rr;

	chain.names[0] = q->name;
	while (chain_step(&chain, r, n))
		continue;
	while (n-- > 0 && record_read(&r, &rr)) {
		if (rr.class != CLASS_IN || !chain_has(&chain, &rr.owner))
			continue;
		answer_add(reply, &rr, arena);
		if (rr.type == q->type)
			reply->nmatching++;
	}
}

/*
 * Looks for the OPT record behind the answers. Injectors copy the counts of our query's header
 * without the records, and a browser's resolver takes such an answer: so what cannot be read here
 * is not held against the message.
 */
static void
opt_find(struct dns_reply *reply, struct reader *r, const struct header *h)
{
	struct record rr;
	uint16_t i;

	if (records_pass(r, h->authorities) < h->authorities)
		return;
	for (i = 0; i < h->additional && record_read(r, &rr); i++) {
		if (rr.type != TYPE_OPT || reply->edns)
			continue;
		reply->edns = true;
		reply->rcode |= (int)(rr.ttl >> 24) << 4;
	}
}

void
dns_reply_read(struct dns_reply *reply, const struct dns_question *q, const void *bytes, size_t len,
    struct arena *arena)
{
	struct reader r, answers;
	struct header h;
	uint16_t readable;

	*reply = (struct dns_reply){.kind = DNS_MALFORMED, .rcode = -1};
	reader_init(&r, bytes, len);
	if (!header_read(&r, &h))
		return;
	reply->rcode = h.flags & 15;
	reply->truncated = (h.flags & FLAG_TC) != 0;
	reply->kind = DNS_WRONG_ID;
	if (h.id != q->id)
		return;
	reply->kind = question_check(&r, &h, q, &reply->case_mismatch);
	if (reply->kind != DNS_VALID)
		return;
	answers = r;
	readable = records_pass(&r, h.answers);
	/* Where a truncated message was cut is its server's choice (RFC 2181 9). */
	if (readable < h.answers && !reply->truncated) {
		reply->kind = DNS_MALFORMED;
		return;
	}
	if (readable == h.answers)
		opt_find(reply, &r, &h);
	answers_list(reply, q, answers, readable, arena);
}

const char *
dns_kind_name(enum dns_kind kind)
{
	static const char *const names[] = {
	    [DNS_VALID] = "answer",
	    [DNS_MALFORMED] = "malformed",
	    [DNS_WRONG_ID] = "wrong_id",
	    [DNS_WRONG_QUESTION] = "wrong_question",
	};

	return names[kind];
}
