/* The packets that the censor sends in other people's names. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "tests/lab/censor.h"

enum { BOX_TTL = 61 }; /* as from 64, three hops away */

/* One forgery: what it is about, and where it goes. */
struct forgery {
	const struct action *action;
	const struct manner *manner;
	const struct packet *p;
	enum direction direction;
	bool dropped; /* the packet that set it off */
	const struct address *box;
	struct buf packet;
	censor_emit *emit;
	void *arg;
};

static void
send_to(struct forgery *f, enum direction to)
{
	double copies = f->manner->copies;

	do
		f->emit(to, (const uint8_t *)f->packet.data, f->packet.len, f->arg);
	while (--copies >= 1);
	buf_clear(&f->packet);
}

static uint8_t
ttl_of(const struct forgery *f)
{
	return f->manner->ttl > 0 ? (uint8_t)f->manner->ttl : BOX_TTL;
}

/* How far the sender's numbers will have come at the other end: a SYN and a FIN count as a byte. */
static uint32_t
length_in_seq(const struct packet *p)
{
	return (uint32_t)p->payload_len + ((p->flags & TCP_SYN) != 0) + ((p->flags & TCP_FIN) != 0);
}

/*
 * A segment from the one end to the other with the number that it waits for: a reset with any other would be ignored (RFC 5961).
 * In the packet's own direction that is the number behind it, or, where it never arrives, its own.
 */
static void
send_segment(struct forgery *f, enum direction to, uint8_t flags, const void *payload, size_t len)
{
	const struct packet *p = f->p;
	bool onward = to == f->direction;
	struct packet_plan plan = {.ttl = ttl_of(f), .flags = flags};
	uint32_t behind = p->seq + length_in_seq(p);

	plan.src = onward ? p->src : p->dst;
	plan.dst = onward ? p->dst : p->src;
	plan.sport = onward ? p->sport : p->dport;
	plan.dport = onward ? p->dport : p->sport;
	plan.seq = onward ? (f->dropped ? p->seq : behind) : p->ack;
	plan.ack = onward ? p->ack : behind;
	if (plan.ack != 0 || !onward)
		plan.flags |= TCP_ACK;
	packet_build_tcp(&plan, payload, len, &f->packet);
	send_to(f, to);
}

static void
forge_rst(struct forgery *f)
{
	if (f->action->kind != ACTION_RST_SERVER)
		send_segment(f, HOMEWARD, TCP_RST, "", 0);
	if (f->action->kind != ACTION_RST_CLIENT)
		send_segment(f, OUTWARD, TCP_RST, "", 0);
}

static void
forge_fin(struct forgery *f)
{
	send_segment(f, HOMEWARD, TCP_FIN, "", 0);
}

/* A fatal alert (RFC 8446 6). */
static void
forge_alert(struct forgery *f)
{
	const uint8_t alert[] = {21, 3, 3, 0, 2, 2, (uint8_t)f->action->number};

	send_segment(f, HOMEWARD, TCP_PSH | TCP_FIN, alert, sizeof(alert));
}

static void
forge_http(struct forgery *f)
{
	static const char page[] = "<html><head><title>Access restricted</title></head><body><h1>Access "
				   "to this resource is restricted</h1></body></html>\n";
	char response[1024];

	if (f->action->number == 302)
		snprintf(response, sizeof(response),
		    "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		    f->action->text);
	else
		snprintf(response, sizeof(response),
		    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %zu\r\n"
		    "Connection: close\r\n\r\n%s",
		    strlen(page), page);
	send_segment(f, HOMEWARD, TCP_PSH | TCP_FIN, response, strlen(response));
}

static void
forge_icmp(struct forgery *f)
{
	packet_build_icmp(f->p, f->box, ICMP_UNREACHABLE, (uint8_t)f->action->number, &f->packet);
	send_to(f, f->direction == OUTWARD ? HOMEWARD : OUTWARD);
}

static void
forge_answer(struct forgery *f)
{
	const struct packet *p = f->p;
	struct packet_plan plan = {
	    .src = p->dst, .dst = p->src, .sport = p->dport, .dport = p->sport, .ttl = ttl_of(f)};
	struct question question;
	struct buf answer = BUF_EMPTY;

	if (!peek_dns_question(p->payload, p->payload_len, &question))
		return;
	forge_dns(p->payload, &question, (int)f->action->number, &f->action->address, &f->action->second, &answer);
	packet_build_udp(&plan, answer.data, answer.len, &f->packet);
	buf_free(&answer);
	send_to(f, HOMEWARD);
}

static const struct {
	enum action_kind kind;
	uint8_t proto; /* 0: any */
	void (*forge)(struct forgery *f);
} forgers[] = {
    {ACTION_RST, PROTO_TCP, forge_rst},
    {ACTION_RST_CLIENT, PROTO_TCP, forge_rst},
    {ACTION_RST_SERVER, PROTO_TCP, forge_rst},
    {ACTION_FIN, PROTO_TCP, forge_fin},
    {ACTION_ALERT, PROTO_TCP, forge_alert},
    {ACTION_HTTP, PROTO_TCP, forge_http},
    {ACTION_DNS, PROTO_UDP, forge_answer},
    {ACTION_ICMP, 0, forge_icmp},
};

void
censor_answer(size_t which, const struct decision *decision, const struct packet *p,
    enum direction direction, const struct address *box, censor_emit *emit, void *arg)
{
	const struct action *action = decision->send[which];
	struct forgery f = {.action = action, .manner = &decision->manner[which], .p = p, .direction = direction, .dropped = decision->drop,
	    .box = box, .packet = BUF_EMPTY, .emit = emit, .arg = arg};
	size_t i;

	for (i = 0; i < sizeof(forgers) / sizeof(forgers[0]); i++)
		if (forgers[i].kind == action->kind && (forgers[i].proto == 0 || forgers[i].proto == p->proto))
			forgers[i].forge(&f);
	buf_free(&f.packet);
}
