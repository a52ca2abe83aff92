/*
 * A DNS server on loopback that answers, or misbehaves, as it is told.
 *
 *	peer_dns [-6u] [-a IP] [-p PORT] NAME=ACTION...
 *
 * It takes UDP and, without -u, TCP on 127.0.0.1 or the IPv4 address that is given, and with -6 on ::1 as well, on one port number
 * that the kernel chose, or that is given; prints that on stdout when it is ready; and ends when its stdin ends, so
 * that it cannot outlive its test. NAME is a host name, or * for any other. A name without a rule
 * does not exist (NXDOMAIN).
 *
 * RECORDS are joined with +, the data of one type with commas; after a CNAME they are its target's:
 *
 *	A:192.0.2.1,192.0.2.2+AAAA:2001:db8::1
 *	CNAME:cdn.example+A:192.0.2.1
 *
 * ACTION is RECORDS, for those who are asked for one of their types, or:
 *	empty nxdomain refused servfail		no answer, in these ways
 *	silent					nothing comes back
 *	silent-a/RECORDS			nothing to who asks for A
 *	malformed				a record that ends too early
 *	cnameloop				two names that lead to each other
 *	big					A records, 10,000 bytes and more, over UDP as well
 *	truncate/RECORDS			TC over UDP, the records over TCP
 *	cut/RECORDS				TC over UDP; TCP is closed without an answer
 *	tcp-silent/RECORDS			TC over UDP; TCP never answers
 *	noedns/RECORDS				FORMERR, and just a header, to a query with EDNS
 *	lower/RECORDS				the question comes back in lower case
 *	wrongid/RECORDS				only with another ID
 *	wrongid-first/RECORDS			with another ID, then well
 *	wrongquestion-first/RECORDS		to another question, then well
 *	malformed-first/RECORDS			malformed, then well
 *	flood/RECORDS				120 times with another ID, then well
 *	two/FORGED/RECORDS			one after the other
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/reader.h"
#include "probe/dnsname.h"

enum {
	TYPE_A = 1,
	TYPE_CNAME = 5,
	TYPE_AAAA = 28,
	TYPE_OPT = 41,
	FORMERR = 1,
	SERVFAIL = 2,
	NXDOMAIN = 3,
	REFUSED = 5,
	TC = 0x0200,
	FLAGS = 0x8180, /* a response, recursion desired and available */
	MESSAGE_MAX = 65535,
	CONNECTIONS_MAX = 64
};

/* One query, and where its answer goes. */
struct exchange {
	const struct rule *rule;
	struct dns_name name;
	uint16_t id, type;
	bool edns, tcp;
	int fd;
	struct sockaddr_storage from;
	socklen_t fromlen;
	bool hang_up; /* set by an action: close the TCP connection */
};

struct action {
	const char *word;
	int args; /* how many times RECORDS */
	void (*reply)(struct exchange *x);
	unsigned rcode;
};

struct rule {
	const char *name;
	const struct action *action;
	const char *records, *forged; /* NULL where the action has none */
};

static struct rule *rules;
static size_t nrules;

static void
die(const char *what)
{
	fprintf(stderr, "peer_dns: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
usage(const char *rule, const char *why)
{
	fprintf(stderr, "peer_dns: %s: %s\n", rule, why);
	exit(64);
}

/* A message in the making; its answers are counted as they are added. */
struct message {
	struct buf buf;
	uint16_t answers;
};

static void
message_begin(struct message *msg, const struct exchange *x, uint16_t id, unsigned flags)
{
	*msg = (struct message){BUF_EMPTY, 0};
	buf_u16(&msg->buf, id);
	buf_u16(&msg->buf, (uint16_t)(FLAGS | flags));
	buf_u16(&msg->buf, 1);
	buf_u32(&msg->buf, 0);
	buf_u16(&msg->buf, 0);
	buf_add(&msg->buf, x->name.wire, x->name.len);
	buf_u16(&msg->buf, x->type);
	buf_u16(&msg->buf, 1);
}

static void
message_record(
    struct message *msg, const struct dns_name *owner, uint16_t type, const void *data, size_t len)
{
	buf_add(&msg->buf, owner->wire, owner->len);
	buf_u16(&msg->buf, type);
	buf_u16(&msg->buf, 1);
	buf_u32(&msg->buf, 300);
	buf_u16(&msg->buf, (uint16_t)len);
	buf_add(&msg->buf, data, len);
	msg->answers++;
}

static void
patch_u16(struct buf *buf, size_t pos, uint16_t v)
{
	buf->data[pos] = (char)(v >> 8);
	buf->data[pos + 1] = (char)v;
}

static void
message_send(struct message *msg, struct exchange *x)
{
	struct buf *buf = &msg->buf, framed = BUF_EMPTY;

	patch_u16(buf, 6, msg->answers);
	if (x->edns) {
		patch_u16(buf, 10, 1);
		buf_add(buf, "\0\0\51\4\320\0\0\0\0\0\0", 11); /* OPT, 1232 bytes */
	}
	if (x->tcp) {
		buf_u16(&framed, (uint16_t)buf->len);
		buf_add(&framed, buf->data, buf->len);
		(void)!write(x->fd, framed.data, framed.len);
		buf_free(&framed);
	} else {
		sendto(x->fd, buf->data, buf->len, 0, (struct sockaddr *)&x->from, x->fromlen);
	}
	buf_free(buf);
}

static uint16_t
type_of(const char *text, size_t len)
{
	static const struct {
		const char *name;
		uint16_t type;
	} types[] = {{"A", TYPE_A}, {"AAAA", TYPE_AAAA}, {"CNAME", TYPE_CNAME}};
	size_t i;

	for (i = 0; i < 3; i++)
		if (strlen(types[i].name) == len && memcmp(types[i].name, text, len) == 0)
			return types[i].type;
	return 0;
}

/* Adds one datum of a type, if it is wanted; *owner follows CNAMEs. Returns -1 when it is none. */
static int
datum_add(
    struct message *msg, struct dns_name *owner, uint16_t type, const char *text, uint16_t wanted)
{
	uint8_t ip[16];
	struct dns_name target;

	if (type == TYPE_CNAME) {
		if (dns_name_parse(&target, text) < 0)
			return -1;
		message_record(msg, owner, type, target.wire, target.len);
		*owner = target;
		return 0;
	}
	if (inet_pton(type == TYPE_A ? AF_INET : AF_INET6, text, ip) != 1)
		return -1;
	if (type == wanted)
		message_record(msg, owner, type, ip, type == TYPE_A ? 4 : 16);
	return 0;
}

/* Adds RECORDS, those wanted. Returns -1 when they are not well written. */
static int
records_add(struct message *msg, const struct dns_name *name, const char *records, uint16_t wanted)
{
	char *text = xstrdup(records), *part, *rest, *datum, *more, *colon;
	struct dns_name owner = *name;
	uint16_t type;
	int rc = 0;

	for (part = strtok_r(text, "+", &rest); part != NULL; part = strtok_r(NULL, "+", &rest)) {
		colon = strchr(part, ':');
		type = colon == NULL ? 0 : type_of(part, (size_t)(colon - part));
		if (type == 0) {
			rc = -1;
			break;
		}
		for (datum = strtok_r(colon + 1, ",", &more); datum != NULL;
		     datum = strtok_r(NULL, ",", &more))
			if (datum_add(msg, &owner, type, datum, wanted) < 0)
				rc = -1;
	}
	free(text);
	return rc;
}

static void
send_records(struct exchange *x, const char *records, uint16_t id)
{
	struct message msg;

	message_begin(&msg, x, id, 0);
	records_add(&msg, &x->name, records, x->type);
	message_send(&msg, x);
}

static void
send_rcode(struct exchange *x, unsigned rcode)
{
	struct message msg;

	message_begin(&msg, x, x->id, rcode);
	message_send(&msg, x);
}

static void
reply_records(struct exchange *x)
{
	send_records(x, x->rule->records, x->id);
}

static void
reply_rcode(struct exchange *x)
{
	send_rcode(x, x->rule->action->rcode);
}

static void
reply_silent(struct exchange *x)
{
	(void)x;
}

static void
reply_malformed(struct exchange *x)
{
	struct message msg;

	message_begin(&msg, x, x->id, 0);
	message_record(&msg, &x->name, TYPE_A, "\177\0\0\1", 4);
	msg.buf.len -= 2;
	x->edns = false; /* nothing may follow */
	message_send(&msg, x);
}

static void
reply_cnameloop(struct exchange *x)
{
	struct message msg;
	struct dns_name other = x->name;

	other.wire[1] = other.wire[1] == 'x' ? 'y' : 'x';
	message_begin(&msg, x, x->id, 0);
	message_record(&msg, &x->name, TYPE_CNAME, other.wire, other.len);
	message_record(&msg, &other, TYPE_CNAME, x->name.wire, x->name.len);
	message_send(&msg, x);
}

static void
reply_big(struct exchange *x)
{
	struct message msg;
	uint8_t ip[4] = {127, 1, 0, 0};

	message_begin(&msg, x, x->id, 0);
	while (msg.buf.len < 10000) {
		ip[2] = (uint8_t)(msg.answers >> 8);
		ip[3] = (uint8_t)msg.answers;
		message_record(&msg, &x->name, TYPE_A, ip, sizeof(ip));
	}
	message_send(&msg, x);
}

static void
reply_truncate(struct exchange *x)
{
	if (x->tcp)
		reply_records(x);
	else
		send_rcode(x, TC);
}

static void
reply_cut(struct exchange *x)
{
	if (x->tcp)
		x->hang_up = true;
	else
		send_rcode(x, TC);
}

static void
reply_tcp_silent(struct exchange *x)
{
	if (!x->tcp)
		send_rcode(x, TC);
}

/* What a server without EDNS does that cannot even echo the question: a header with FORMERR. */
static void
reply_noedns(struct exchange *x)
{
	struct message msg;

	if (!x->edns) {
		reply_records(x);
		return;
	}
	message_begin(&msg, x, x->id, FORMERR);
	patch_u16(&msg.buf, 4, 0);
	msg.buf.len = 12;
	x->edns = false;
	message_send(&msg, x);
}

static void
reply_lower(struct exchange *x)
{
	const uint8_t bits[DNS_NAME_MAX / 8 + 1] = {0};

	dns_name_set_case(&x->name, bits);
	reply_records(x);
}

static void
reply_wrongid(struct exchange *x)
{
	send_records(x, x->rule->records, (uint16_t)(x->id + 1));
}

static void
reply_wrongid_first(struct exchange *x)
{
	reply_wrongid(x);
	reply_records(x);
}

static void
reply_wrongquestion_first(struct exchange *x)
{
	struct dns_name name = x->name;

	dns_name_parse(&x->name, "not.what.was.asked");
	reply_records(x);
	x->name = name;
	reply_records(x);
}

static void
reply_malformed_first(struct exchange *x)
{
	bool edns = x->edns;

	reply_malformed(x);
	x->edns = edns;
	reply_records(x);
}

static void
reply_flood(struct exchange *x)
{
	int i;

	for (i = 0; i < 120; i++)
		reply_wrongid(x);
	reply_records(x);
}

static void
reply_two(struct exchange *x)
{
	send_records(x, x->rule->forged, x->id);
	reply_records(x);
}

static void
reply_silent_a(struct exchange *x)
{
	if (x->type != TYPE_A)
		reply_records(x);
}

static const struct action actions[] = {
    {"empty", 0, reply_rcode, 0},
    {"nxdomain", 0, reply_rcode, NXDOMAIN},
    {"refused", 0, reply_rcode, REFUSED},
    {"servfail", 0, reply_rcode, SERVFAIL},
    {"silent", 0, reply_silent, 0},
    {"silent-a", 1, reply_silent_a, 0},
    {"malformed", 0, reply_malformed, 0},
    {"cnameloop", 0, reply_cnameloop, 0},
    {"big", 0, reply_big, 0},
    {"truncate", 1, reply_truncate, 0},
    {"cut", 1, reply_cut, 0},
    {"tcp-silent", 1, reply_tcp_silent, 0},
    {"noedns", 1, reply_noedns, 0},
    {"lower", 1, reply_lower, 0},
    {"wrongid", 1, reply_wrongid, 0},
    {"wrongid-first", 1, reply_wrongid_first, 0},
    {"wrongquestion-first", 1, reply_wrongquestion_first, 0},
    {"malformed-first", 1, reply_malformed_first, 0},
    {"flood", 1, reply_flood, 0},
    {"two", 2, reply_two, 0},
};
static const struct action plain_records = {"RECORDS", 1, reply_records, 0};
static const struct rule no_such_name = {.action = &actions[1]};

static const struct action *
action_find(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].word, word) == 0)
			return &actions[i];
	return NULL;
}

static void
records_check(const char *rule, const char *records)
{
	struct message msg = {BUF_EMPTY, 0};
	struct dns_name name;

	dns_name_parse(&name, "x");
	if (records == NULL || records_add(&msg, &name, records, TYPE_A) < 0)
		usage(rule, "the records are not well written");
	buf_free(&msg.buf);
}

static void
rule_add(char *text)
{
	char *copy = xstrdup(text), *rest = copy, *word; /* kept until the end */
	struct rule rule = {.name = strsep(&rest, "=")};
	int i;

	if (rest == NULL)
		usage(text, "NAME=ACTION is expected");
	if (strchr(rest, ':') != NULL && strchr(rest, '/') == NULL) {
		rule.action = &plain_records;
	} else {
		word = strsep(&rest, "/");
		rule.action = action_find(word);
	}
	if (rule.action == NULL)
		usage(text, "no such action");
	for (i = 0; i < rule.action->args; i++) {
		rule.forged = rule.records;
		rule.records = strsep(&rest, "/");
		records_check(text, rule.records);
	}
	if (rest != NULL)
		usage(text, "too much");
	rules = xreallocarray(rules, nrules + 1, sizeof(*rules));
	rules[nrules++] = rule;
}

static const struct rule *
rule_find(const struct dns_name *name)
{
	const struct rule *any = &no_such_name;
	struct dns_name other;
	size_t i;

	for (i = 0; i < nrules; i++) {
		if (strcmp(rules[i].name, "*") == 0)
			any = &rules[i];
		else if (dns_name_parse(&other, rules[i].name) == 0 && dns_name_equal(&other, name))
			return &rules[i];
	}
	return any;
}

/* Answers the query, where it is one. */
static void
serve(struct exchange *x, const uint8_t *query, size_t len)
{
	struct reader r;
	uint16_t flags, questions;

	reader_init(&r, query, len);
	x->id = reader_u16(&r);
	flags = reader_u16(&r);
	questions = reader_u16(&r);
	reader_u32(&r);
	x->edns = reader_u16(&r) > 0;
	if ((flags & 0x8000) != 0 || questions != 1 || !dns_name_read(&r, &x->name))
		return;
	x->type = reader_u16(&r);
	reader_u16(&r);
	if (r.failed)
		return;
	x->rule = rule_find(&x->name);
	x->rule->action->reply(x);
}

static void
serve_udp(int fd)
{
	static uint8_t query[MESSAGE_MAX];
	struct exchange x = {.fd = fd, .fromlen = sizeof(x.from)};
	ssize_t n = recvfrom(fd, query, sizeof(query), 0, (struct sockaddr *)&x.from, &x.fromlen);

	if (n > 0)
		serve(&x, query, (size_t)n);
}

/* Returns whether the connection stays open. A client that stops in mid-query is given up. */
static bool
serve_tcp(int fd)
{
	static uint8_t query[MESSAGE_MAX];
	struct exchange x = {.fd = fd, .tcp = true};
	uint8_t head[2];
	size_t len;

	if (recv(fd, head, 2, MSG_WAITALL) != 2)
		return false;
	len = (size_t)(head[0] << 8 | head[1]);
	if (recv(fd, query, len, MSG_WAITALL) != (ssize_t)len)
		return false;
	serve(&x, query, len);
	return !x.hang_up;
}

static struct in_addr address;
static uint16_t given_port; /* 0: any */

static int
socket_bind(int family, int type, uint16_t *port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(*port), .sin_addr = address};
	struct sockaddr_in6 sin6 = {
	    .sin6_family = AF_INET6, .sin6_port = htons(*port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr *sa =
	    family == AF_INET ? (struct sockaddr *)&sin : (struct sockaddr *)&sin6;
	socklen_t len = family == AF_INET ? sizeof(sin) : sizeof(sin6);
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	if (bind(fd, sa, len) < 0 || (type == SOCK_STREAM && listen(fd, 64) < 0)) {
		if (errno != EADDRINUSE)
			die("bind");
		close(fd);
		return -1;
	}
	if (getsockname(fd, sa, &len) < 0)
		die("getsockname");
	*port = ntohs(family == AF_INET ? sin.sin_port : sin6.sin6_port);
	return fd;
}

enum { STDIN, UDP4, TCP4, UDP6, TCP6, FIXED };

static struct pollfd polled[FIXED + CONNECTIONS_MAX];
static nfds_t npolled = FIXED;

/* Takes one free port on every socket. Returns it, or 0 when one of them is taken. */
static uint16_t
bind_all(bool ip6, bool tcp)
{
	static const struct {
		int family, type;
	} kinds[FIXED] = {[TCP4] = {AF_INET, SOCK_STREAM},
	    [UDP4] = {AF_INET, SOCK_DGRAM},
	    [TCP6] = {AF_INET6, SOCK_STREAM},
	    [UDP6] = {AF_INET6, SOCK_DGRAM}};
	uint16_t port = given_port;
	int i, j;

	polled[STDIN] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	for (i = UDP4; i < FIXED; i++)
		polled[i] = (struct pollfd){.fd = -1, .events = POLLIN};
	for (i = UDP4; i < (ip6 ? FIXED : UDP6); i++) {
		if (kinds[i].type == SOCK_STREAM && !tcp)
			continue;
		polled[i].fd = socket_bind(kinds[i].family, kinds[i].type, &port);
		if (polled[i].fd >= 0)
			continue;
		for (j = UDP4; j < i; j++)
			if (polled[j].fd >= 0)
				close(polled[j].fd);
		return 0;
	}
	return port;
}

static void
connection_add(int listener)
{
	struct timeval patience = {5, 0};
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	if (npolled == FIXED + CONNECTIONS_MAX) {
		close(fd);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	polled[npolled++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void
connections_serve(void)
{
	nfds_t i;

	for (i = FIXED; i < npolled; i++) {
		if (polled[i].revents == 0 || serve_tcp(polled[i].fd))
			continue;
		close(polled[i].fd);
		polled[i--] = polled[--npolled];
	}
}

static void
port_take(bool ip6, bool tcp)
{
	uint16_t port = 0;
	int tries;

	for (tries = 0; port == 0 && tries < 100; tries++)
		port = bind_all(ip6, tcp);
	if (port == 0)
		die("no free port");
	printf("%u\n", (unsigned)port);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	bool ip6 = false, tcp = true;
	char byte;
	int option, i;

	address.s_addr = htonl(INADDR_LOOPBACK);
	while ((option = getopt(argc, argv, "6ua:p:")) != -1) {
		if (option == '?' || (option == 'a' && inet_pton(AF_INET, optarg, &address) != 1))
			return 64;
		if (option == 'p')
			given_port = (uint16_t)atoi(optarg);
		ip6 = ip6 || option == '6';
		tcp = tcp && option != 'u';
	}
	for (i = optind; i < argc; i++)
		rule_add(argv[i]);
	port_take(ip6, tcp);
	for (;;) {
		if (poll(polled, npolled, -1) < 0 && errno != EINTR)
			die("poll");
		if (polled[STDIN].revents != 0 && read(STDIN_FILENO, &byte, 1) <= 0)
			return 0;
		for (i = UDP4; i < FIXED; i++)
			if (polled[i].revents != 0)
				(i == UDP4 || i == UDP6 ? serve_udp : connection_add)(polled[i].fd);
		connections_serve();
	}
}
