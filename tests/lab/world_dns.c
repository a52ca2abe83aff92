/* What the lab's resolvers answer, and what lies they tell. */
#include "tests/lab/world_dns.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/reader.h"
#include "probe/dnsname.h"
#include "tests/lab/world.h"

enum {
	TYPE_A = 1,
	TYPE_CNAME = 5,
	TYPE_SOA = 6,
	TYPE_AAAA = 28,
	TYPE_OPT = 41,
	CLASS_IN = 1,
	NOERROR = 0,
	FORMERR = 1,
	SERVFAIL = 2,
	NXDOMAIN = 3,
	REFUSED = 5,
	FLAGS = 0x8180, /* a response, recursion desired and available */
	TC = 0x0200,
	TTL = 300,
	HEADER = 12,
	EDNS_SIZE = 1232
};

struct query {
	uint16_t id, type;
	struct dns_name name;
	const char *text; /* the name, lower case */
	bool edns;
	size_t max;
};

struct message {
	const struct query *query;
	struct buf *out;
	size_t start;
	unsigned rcode;
	uint16_t answers, authorities;
};

/* ---- Questions ------------------------------------------------------------------------------ */

/* Looks for an OPT record (RFC 6891 6.1.2). */
static void
read_additional(struct reader *r, uint16_t records, struct query *query)
{
	struct dns_name owner;
	uint16_t type, size;

	while (records-- > 0 && dns_name_read(r, &owner)) {
		type = reader_u16(r);
		size = reader_u16(r);
		reader_u32(r);
		reader_bytes(r, reader_u16(r));
		if (r->failed || type != TYPE_OPT)
			continue;
		query->edns = true;
		if (size > query->max)
			query->max = size;
	}
}

static bool
read_query(struct query *query, const void *bytes, size_t len, struct arena *arena)
{
	const uint8_t lower[DNS_NAME_MAX / 8 + 1] = {0};
	struct dns_name name;
	struct reader r;
	uint16_t flags, questions, others, additional;

	reader_init(&r, bytes, len);
	query->id = reader_u16(&r);
	flags = reader_u16(&r);
	questions = reader_u16(&r);
	others = reader_u16(&r);
	others |= reader_u16(&r);
	additional = reader_u16(&r);
	if (r.failed || (flags & 0xf800) != 0 || questions != 1 || others != 0 ||
	    !dns_name_read(&r, &query->name))
		return false;
	query->type = reader_u16(&r);
	if (reader_u16(&r) != CLASS_IN || r.failed)
		return false;
	read_additional(&r, additional, query);
	name = query->name;
	dns_name_set_case(&name, lower);
	query->text = dns_name_text(&name, arena);
	return true;
}

/* ---- Messages ------------------------------------------------------------------------------- */

static void
put_u16(struct message *msg, size_t at, unsigned v)
{
	msg->out->data[msg->start + at] = (char)(v >> 8);
	msg->out->data[msg->start + at + 1] = (char)v;
}

static void
message_begin(struct message *msg, const struct query *query, struct buf *out)
{
	*msg = (struct message){.query = query, .out = out, .start = out->len};
	buf_u16(out, query->id);
	buf_u16(out, FLAGS);
	buf_u16(out, 1);
	buf_u32(out, 0);
	buf_u16(out, 0);
	buf_add(out, query->name.wire, query->name.len); /* in the case in which it was asked */
	buf_u16(out, query->type);
	buf_u16(out, CLASS_IN);
}

static void
add_record(
    struct message *msg, const struct dns_name *owner, unsigned type, const void *data, size_t len)
{
	buf_add(msg->out, owner->wire, owner->len);
	buf_u16(msg->out, (uint16_t)type);
	buf_u16(msg->out, CLASS_IN);
	buf_u32(msg->out, TTL);
	buf_u16(msg->out, (uint16_t)len);
	buf_add(msg->out, data, len);
}

/* The address, if it is of the type asked for. */
static void
add_address(struct message *msg, const struct dns_name *owner, const struct world_ip *ip)
{
	bool v4 = world_ip_is_v4(ip);

	if (msg->query->type != (v4 ? TYPE_A : TYPE_AAAA))
		return;
	add_record(msg, owner, msg->query->type, v4 ? ip->bytes + 12 : ip->bytes, v4 ? 4 : 16);
	msg->answers++;
}

static void
add_cname(struct message *msg, const struct dns_name *owner, const struct dns_name *target)
{
	add_record(msg, owner, TYPE_CNAME, target->wire, target->len);
	msg->answers++;
}

/* Says for how long "no" is true (RFC 2308). */
static void
add_soa(struct message *msg)
{
	struct buf soa = BUF_EMPTY;
	struct dns_name zone, server;
	const char *dot = strrchr(msg->query->text, '.');

	if (dns_name_parse(&zone, dot != NULL ? dot + 1 : "lab") != 0)
		dns_name_parse(&zone, "lab");
	dns_name_parse(&server, "ns.lab");
	buf_add(&soa, server.wire, server.len);
	buf_add(&soa, server.wire, server.len);
	buf_u32(&soa, 2026010101);
	buf_u32(&soa, 7200);
	buf_u32(&soa, 900);
	buf_u32(&soa, 1209600);
	buf_u32(&soa, TTL);
	add_record(msg, &zone, TYPE_SOA, soa.data, soa.len);
	msg->authorities++;
	buf_free(&soa);
}

static void
message_end(struct message *msg)
{
	static const char opt[11] = {0, 0, TYPE_OPT, EDNS_SIZE >> 8, (char)(EDNS_SIZE & 0xff)};
	size_t question = HEADER + msg->query->name.len + 4;
	unsigned flags = FLAGS | msg->rcode;

	if (msg->out->len - msg->start + sizeof(opt) > msg->query->max) {
		msg->out->len = msg->start + question;
		msg->answers = msg->authorities = 0;
		flags |= TC;
	}
	put_u16(msg, 2, flags);
	put_u16(msg, 6, msg->answers);
	put_u16(msg, 8, msg->authorities);
	put_u16(msg, 10, msg->query->edns);
	if (msg->query->edns)
		buf_add(msg->out, opt, sizeof(opt));
}

/* ---- Lies ----------------------------------------------------------------------------------- */

static void
lie_rcode(struct message *msg, unsigned rcode)
{
	msg->rcode = rcode;
	if (rcode == NXDOMAIN || rcode == NOERROR)
		add_soa(msg);
	message_end(msg);
}

/* An answer whose owner is a compression pointer to that pointer. */
static void
lie_loop(struct message *msg)
{
	size_t at = msg->out->len - msg->start;

	buf_u16(msg->out, (uint16_t)(0xc000 | at));
	buf_u16(msg->out, TYPE_A);
	buf_u16(msg->out, CLASS_IN);
	buf_u32(msg->out, TTL);
	buf_u16(msg->out, 4);
	buf_u32(msg->out, 0xcb007163);
	msg->answers = 1;
	message_end(msg);
}

static void
lie_garbage(struct message *msg)
{
	buf_add(msg->out, msg->query->name.wire, msg->query->name.len);
	buf_u16(msg->out, TYPE_A);
	msg->answers = 7;
	put_u16(msg, 6, msg->answers);
}

static void
lie_address(struct message *msg, const struct world_ip *ip)
{
	add_address(msg, &msg->query->name, ip);
	if (msg->answers == 0)
		add_soa(msg);
	message_end(msg);
}

static void
tell_lie(struct message *msg, const struct lie *lie)
{
	switch (lie->kind) {
	case LIE_NXDOMAIN:
		lie_rcode(msg, NXDOMAIN);
		break;
	case LIE_REFUSED:
		lie_rcode(msg, REFUSED);
		break;
	case LIE_SERVFAIL:
		lie_rcode(msg, SERVFAIL);
		break;
	case LIE_EMPTY:
		lie_rcode(msg, NOERROR);
		break;
	case LIE_ADDRESS:
		lie_address(msg, &lie->ip);
		break;
	case LIE_LOOP:
		lie_loop(msg);
		break;
	case LIE_GARBAGE:
		lie_garbage(msg);
		break;
	case LIE_SILENCE:
		break;
	}
}

/* A lie about a name is one about www. before it as well. */
static const struct lie *
find_lie(const struct resolver *resolver, const char *name)
{
	size_t i;

	for (i = 0; i < resolver->nlies; i++) {
		const char *about = resolver->lies[i].name;

		if (strcasecmp(about, name) == 0 ||
		    (strncmp(name, "www.", 4) == 0 && strcasecmp(about, name + 4) == 0))
			return &resolver->lies[i];
	}
	return NULL;
}

/* ---- The truth ------------------------------------------------------------------------------ */

static void
tell_site(struct message *msg, const struct site *site, enum world_view view)
{
	struct dns_name owner = msg->query->name, target;
	size_t i;

	if (strcmp(site->name, msg->query->text) != 0 && dns_name_parse(&target, site->name) == 0) {
		add_cname(msg, &owner, &target);
		owner = target;
	}
	for (i = 0; i < site->naddresses; i++)
		if (site->addresses[i].views & view)
			add_address(msg, &owner, &site->addresses[i].ip);
	if (msg->answers == 0)
		add_soa(msg);
	message_end(msg);
}

static void
tell_nothing(struct message *msg, const struct resolver *resolver)
{
	size_t i;

	if (!resolver->wildcard) {
		lie_rcode(msg, NXDOMAIN);
		return;
	}
	for (i = 0; i < resolver->nwildcard_ips; i++)
		add_address(msg, &msg->query->name, &resolver->wildcard_ips[i]);
	if (msg->answers == 0)
		add_soa(msg);
	message_end(msg);
}

/* As servers from before EDNS do: without a word of it (RFC 6891 7). */
static void
tell_format_error(struct message *msg)
{
	put_u16(msg, 2, FLAGS | FORMERR);
}

static enum dns_outcome
answer(const struct world *world, const struct resolver *resolver, const struct query *query,
    struct buf *out)
{
	const struct lie *lie = find_lie(resolver, query->text);
	const struct lie aaaa = {.kind = resolver->aaaa};
	const struct site *site = world_site_named(world, query->text);
	struct message msg;

	if (lie == NULL && resolver->lies_about_aaaa && query->type == TYPE_AAAA)
		lie = &aaaa;
	if (resolver->dead || (lie != NULL && lie->kind == LIE_SILENCE))
		return DNS_SILENCE;
	message_begin(&msg, query, out);
	if (resolver->no_edns && query->edns)
		tell_format_error(&msg);
	else if (lie != NULL)
		tell_lie(&msg, lie);
	else if (site == NULL || site->down == DOWN_NONAME)
		tell_nothing(&msg, resolver);
	else
		tell_site(&msg, site, resolver->view);
	return DNS_ANSWERED;
}

enum dns_outcome
dns_answer(const struct world *world, const struct resolver *resolver, const void *bytes,
    size_t len, size_t max, struct buf *out)
{
	struct query query = {.max = max};
	struct arena *arena = arena_new();
	enum dns_outcome outcome = DNS_NO_QUERY;

	if (read_query(&query, bytes, len, arena))
		outcome = answer(world, resolver, &query, out);
	arena_free(arena);
	return outcome;
}
