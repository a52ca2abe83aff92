/* The middle of the road. */
#include "tests/lab/forwarder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/censor.h"
#include "tests/lab/line.h"
#include "tests/lab/packet.h"
#include "tests/lab/shaper.h"

enum {
	HOPS_BEFORE = 3, /* the censor's box is the third's neighbour */
	HOPS_BEHIND = 4,
	FRAME_MOST = 65536 + ETH_HLEN,
	READS = 64, /* frames taken before others have their turn */
	QUEUE_MOST = 200000,
	RECEIVE_BUFFER = 8 << 20,
};

/* One way, on any line: to the box, and from there to servers in the country and abroad. */
static const int64_t near_ns = 1000000, domestic_ns = 1000000, foreign_ns = 4000000;

/* Where a packet is when its time comes. */
enum stage {
	STAGE_LINE, /* homeward, in front of the line */
	STAGE_BOX, /* at the censor's */
	STAGE_SEND /* at the other end */
};

struct queued {
	int64_t due_ns;
	uint64_t order; /* what is due at the same time goes in the order it came */
	enum stage stage;
	enum direction direction;
	uint8_t *data;
	size_t len;
};

struct side {
	int fd;
	uint8_t mac[MAC_SIZE];
	struct event *readable;
};

struct forwarder {
	struct event_base *base;
	struct side home, world;
	const struct line *line;
	struct shaper up, down;
	struct censor *censor;
	int64_t began_ns;
	double syns; /* that may still pass */
	int64_t syns_ns; /* when that was counted */
	uint64_t random, orders;
	struct queued *queue; /* a heap: the first is due first */
	size_t nqueued, room;
	struct event *timer;
	uint8_t frame[FRAME_MOST];
};

/* --- the queue ------------------------------------------------------------------------------- */

static bool
is_before(const struct queued *a, const struct queued *b)
{
	return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

static void
swap(struct queued *a, struct queued *b)
{
	struct queued c = *a;

	*a = *b;
	*b = c;
}

/* Takes the data. */
static void
queue_push(struct forwarder *f, struct queued item)
{
	size_t i = f->nqueued, up;

	if (f->nqueued == QUEUE_MOST) {
		free(item.data);
		return;
	}
	if (f->nqueued == f->room) {
		f->room = f->room == 0 ? 256 : f->room * 2;
		f->queue = xreallocarray(f->queue, f->room, sizeof(*f->queue));
	}
	item.order = f->orders++;
	f->queue[f->nqueued++] = item;
	for (; i > 0 && is_before(&f->queue[i], &f->queue[up = (i - 1) / 2]); i = up)
		swap(&f->queue[i], &f->queue[up]);
}

static struct queued
queue_pop(struct forwarder *f)
{
	struct queued first = f->queue[0];
	size_t i = 0, least;

	f->queue[0] = f->queue[--f->nqueued];
	for (;;) {
		least = i;
		if (2 * i + 1 < f->nqueued && is_before(&f->queue[2 * i + 1], &f->queue[least]))
			least = 2 * i + 1;
		if (2 * i + 2 < f->nqueued && is_before(&f->queue[2 * i + 2], &f->queue[least]))
			least = 2 * i + 2;
		if (least == i)
			return first;
		swap(&f->queue[i], &f->queue[least]);
		i = least;
	}
}

/* --- the line -------------------------------------------------------------------------------- */

static bool
happens(struct forwarder *f, double probability)
{
	f->random = f->random * 6364136223846793005U + 1442695040888963407U;
	return (double)(f->random >> 11) / (double)(1ULL << 53) < probability;
}

/* As many as the limit at once, then that many a second. */
static bool
syn_is_too_many(struct forwarder *f, const struct packet *p, int64_t now_ns)
{
	double limit = f->line->syn_limit;

	if (limit <= 0 || p->proto != PROTO_TCP || (p->flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return false;
	f->syns += (double)(now_ns - f->syns_ns) / 1e9 * limit;
	f->syns_ns = now_ns;
	if (f->syns > limit)
		f->syns = limit;
	if (f->syns < 1)
		return true;
	f->syns--;
	return false;
}

static bool
line_loses(struct forwarder *f, const struct packet *p, int64_t now_ns)
{
	const struct line *line = f->line;

	return (line->mtu > 0 && p->len > (size_t)line->mtu) ||
	    (line->family == FAMILY_6BROKEN && p->src.version == 6) ||
	    happens(f, line->loss_pct / 100) || syn_is_too_many(f, p, now_ns);
}

static int64_t
line_delay_ns(const struct forwarder *f)
{
	return near_ns + (int64_t)f->line->delay_ms * 1000000 / 2;
}

static int64_t
world_delay_ns(const struct packet *p, enum direction direction)
{
	return address_is_domestic(direction == OUTWARD ? &p->dst : &p->src) ? domestic_ns : foreign_ns;
}

/* --- hops ------------------------------------------------------------------------------------ */

/* The routers' addresses count their hops, from 1. */
static struct address
hop_address(uint8_t version, bool behind, int hop)
{
	struct address a = {version, {100, 64, behind, (uint8_t)hop}};

	if (version == 6)
		a = (struct address){
		    6, {0x20, 0x01, 0x0d, 0xb8, 0, 3, 0, behind, [15] = (uint8_t)hop}};
	return a;
}

static void
queue_copy(struct forwarder *f, int64_t due_ns, enum stage stage, enum direction direction, const void *data, size_t len)
{
	queue_push(f, (struct queued){.due_ns = due_ns, .stage = stage, .direction = direction,
			  .data = xmemdup(data, len), .len = len});
}

/* Takes `hops` from the packet's TTL. Where it ends on the way, the router there says so to a client; false then. */
static bool
survives(struct forwarder *f, const struct packet *p, uint8_t *data, enum direction direction, bool behind,
    int64_t now_ns)
{
	int hops = behind ? HOPS_BEHIND : HOPS_BEFORE;
	struct address router;
	struct buf message = BUF_EMPTY;

	/* p is as it was read: what is left of the TTL stands in the data. */
	int ttl = data[p->src.version == 6 ? 7 : 8];

	if (ttl > hops) {
		packet_age(data, hops);
		return true;
	}
	if (direction == OUTWARD) {
		router = hop_address(p->src.version, behind, ttl);
		packet_build_icmp(p, &router, ICMP_TIME_EXCEEDED, 0, &message);
		queue_copy(f, now_ns, STAGE_LINE, HOMEWARD, message.data, message.len);
		buf_free(&message);
	}
	return false;
}

/* --- the box --------------------------------------------------------------------------------- */

/* Where a forged packet is sent from. */
struct emission {
	struct forwarder *f;
	const struct packet *p;
	enum direction direction;
	int64_t now_ns;
};

static void
emit(enum direction direction, const uint8_t *data, size_t len, void *arg)
{
	const struct emission *e = arg;

	if (direction == HOMEWARD)
		queue_copy(e->f, e->now_ns, STAGE_LINE, HOMEWARD, data, len);
	else
		queue_copy(e->f, e->now_ns + world_delay_ns(e->p, e->direction), STAGE_SEND, OUTWARD, data, len);
}

static void
answer(struct forwarder *f, const struct decision *decision, const struct packet *p, enum direction direction,
    int64_t now_ns)
{
	struct address box = hop_address(p->src.version, false, HOPS_BEFORE);
	struct emission e = {f, p, direction, now_ns};
	size_t i;

	for (i = 0; i < decision->nsend; i++) {
		e.now_ns = now_ns + (int64_t)(decision->manner[i].after_ms * 1e6);
		censor_answer(i, decision, p, direction, &box, emit, &e);
	}
}

/* When the flow's own narrow places let it through. */
static int64_t
flow_pass(struct flow *flow, enum direction direction, int64_t now_ns, size_t len)
{
	if (flow == NULL || direction == OUTWARD)
		return now_ns;
	now_ns = shaper_pass(&flow->shaper, now_ns, len);
	return flow->shared != NULL ? shaper_pass(flow->shared, now_ns, len) : now_ns;
}

static void
hand_over(const struct flow *flow, const struct packet *p, uint8_t *data, enum direction direction)
{
	if (flow == NULL || flow->handed_to == 0)
		return;
	packet_set_port(p, data, direction == HOMEWARD, direction == OUTWARD ? flow->handed_to : flow->server_port);
}

/* Takes the item's data. */
static void
pass_box(struct forwarder *f, struct queued item)
{
	bool out = item.direction == OUTWARD;
	struct decision decision;
	struct packet p;
	int64_t now_ns = item.due_ns;

	if (!packet_parse(&p, item.data, item.len) || !survives(f, &p, item.data, item.direction, !out, now_ns)) {
		free(item.data);
		return;
	}
	censor_decide(f->censor, &p, item.direction, (double)(now_ns - f->began_ns) / 1e9, &decision);
	if (decision.drop || !survives(f, &p, item.data, item.direction, out, now_ns)) {
		answer(f, &decision, &p, item.direction, now_ns);
		free(item.data);
		return;
	}
	hand_over(decision.flow, &p, item.data, item.direction);
	item.due_ns = flow_pass(decision.flow, item.direction, now_ns, item.len);
	item.stage = out ? STAGE_SEND : STAGE_LINE;
	if (out)
		item.due_ns += world_delay_ns(&p, item.direction);
	queue_push(f, item);
	answer(f, &decision, &p, item.direction, now_ns);
}

/* --- from stage to stage --------------------------------------------------------------------- */

static void
enter_line(struct forwarder *f, struct queued item)
{
	struct packet p;

	if (!packet_parse(&p, item.data, item.len) || line_loses(f, &p, item.due_ns)) {
		free(item.data);
		return;
	}
	item.due_ns = shaper_pass(item.direction == OUTWARD ? &f->up : &f->down, item.due_ns, item.len);
	item.due_ns += line_delay_ns(f);
	item.stage = item.direction == OUTWARD ? STAGE_BOX : STAGE_SEND;
	queue_push(f, item);
}

static void
send_out(struct forwarder *f, struct queued item)
{
	struct side *side = item.direction == OUTWARD ? &f->world : &f->home;
	uint8_t *frame = f->frame;
	bool v6 = item.data[0] >> 4 == 6;

	memcpy(frame, side->mac, MAC_SIZE);
	memset(frame + MAC_SIZE, 2, MAC_SIZE); /* nobody answers to us by it */
	frame[12] = v6 ? 0x86 : 0x08;
	frame[13] = v6 ? 0xdd : 0x00;
	memcpy(frame + ETH_HLEN, item.data, item.len);
	if (send(side->fd, frame, ETH_HLEN + item.len, 0) < 0)
		log_debug("a packet of %zu bytes was not sent: %s", item.len, strerror(errno));
	free(item.data);
}

static void
advance(struct forwarder *f, struct queued item)
{
	switch (item.stage) {
	case STAGE_LINE:
		enter_line(f, item);
		break;
	case STAGE_BOX:
		pass_box(f, item);
		break;
	case STAGE_SEND:
		send_out(f, item);
		break;
	}
}

static void
run_queue(struct forwarder *f)
{
	struct timeval wait;
	int64_t left_ns;

	while (f->nqueued > 0 && f->queue[0].due_ns <= clock_mono_ns())
		advance(f, queue_pop(f));
	if (f->nqueued == 0)
		return;
	left_ns = f->queue[0].due_ns - clock_mono_ns();
	if (left_ns < 1000)
		left_ns = 1000;
	wait.tv_sec = (time_t)(left_ns / 1000000000);
	wait.tv_usec = (suseconds_t)(left_ns % 1000000000 / 1000);
	event_add(f->timer, &wait);
}

static void
timer_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	run_queue(arg);
}

/* The kernel's own talk with its neighbours is none of ours. */
static bool
is_for_forwarding(const struct packet *p)
{
	return p->dst.version == 4 ? p->dst.bytes[0] < 224
				   : p->dst.bytes[0] != 0xff && p->dst.bytes[0] != 0xfe &&
		p->src.bytes[0] != 0xfe;
}

static void
take_frame(struct forwarder *f, enum direction direction, size_t len)
{
	struct packet p;
	struct queued item = {.due_ns = clock_mono_ns(), .direction = direction};

	if (len <= ETH_HLEN || !packet_parse(&p, f->frame + ETH_HLEN, len - ETH_HLEN) || !is_for_forwarding(&p))
		return;
	item.data = xmemdup(p.data, p.len);
	item.len = p.len;
	if (direction == OUTWARD) {
		enter_line(f, item);
		return;
	}
	item.stage = STAGE_BOX;
	item.due_ns += world_delay_ns(&p, direction);
	queue_push(f, item);
}

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct forwarder *f = arg;
	struct sockaddr_ll from;
	socklen_t from_len;
	ssize_t n;
	int i;

	(void)what;
	for (i = 0; i < READS; i++) {
		from_len = sizeof(from);
		n = recvfrom(fd, f->frame, sizeof(f->frame), MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
		if (n < 0)
			break;
		if (from.sll_pkttype != PACKET_OUTGOING)
			take_frame(f, fd == f->home.fd ? OUTWARD : HOMEWARD, (size_t)n);
	}
	run_queue(f);
}

/* --- its life -------------------------------------------------------------------------------- */

int
forwarder_socket(const char *interface)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), size = RECEIVE_BUFFER;

	at.sll_ifindex = (int)if_nametoindex(interface);
	if (fd < 0 || at.sll_ifindex == 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
		log_fatal("no packet socket on %s", interface);
	/* Beyond the machine's usual limit where that is allowed. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

static void
open_side(struct forwarder *f, struct side *side, int fd, const uint8_t mac[MAC_SIZE])
{
	side->fd = fd;
	memcpy(side->mac, mac, MAC_SIZE);
	side->readable = event_new(f->base, fd, EV_READ | EV_PERSIST, readable, f);
	event_add(side->readable, NULL);
}

static void
close_side(struct side *side)
{
	event_free(side->readable);
	close(side->fd);
}

struct forwarder *
forwarder_new(const struct forwarder_plan *plan)
{
	struct forwarder *f = xcalloc(1, sizeof(*f));

	f->base = plan->base;
	f->line = plan->line;
	f->up.kbit = f->down.kbit = plan->line->rate_kbit;
	if (plan->line->up_kbit > 0)
		f->up.kbit = plan->line->up_kbit;
	f->syns = plan->line->syn_limit;
	f->random = plan->seed;
	f->censor = censor_new(plan->rules, plan->nrules, plan->seed);
	f->began_ns = f->syns_ns = clock_mono_ns();
	f->timer = event_new(f->base, -1, 0, timer_due, f);
	open_side(f, &f->home, plan->home_fd, plan->home_mac);
	open_side(f, &f->world, plan->world_fd, plan->world_mac);
	return f;
}

bool
forwarder_is_busy(const struct forwarder *f)
{
	return f->nqueued > 0;
}

void
forwarder_free(struct forwarder *f)
{
	if (f == NULL)
		return;
	while (f->nqueued > 0)
		free(f->queue[--f->nqueued].data);
	free(f->queue);
	event_free(f->timer);
	close_side(&f->home);
	close_side(&f->world);
	censor_free(f->censor);
	free(f);
}
