/* The routes of peer_http, each a way to answer or not to. */
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <zlib.h>

#include "tests/peer_http.h"

bool
reply_typed(
    struct conn *c, int status, const char *type, const char *headers, const void *body, size_t len)
{
	struct buf out = BUF_EMPTY;
	bool ok;

	buf_printf(&out, "HTTP/1.1 %d Status\r\nServer: peer\r\nContent-Type: %s\r\n%s", status,
	    type, headers);
	if (status != 204)
		buf_printf(&out, "Content-Length: %zu\r\n", len);
	buf_puts(&out, "\r\n");
	buf_add(&out, body, len);
	ok = conn_write(c, out.data, out.len);
	buf_free(&out);
	return ok;
}

bool
reply(struct conn *c, int status, const char *headers, const char *body)
{
	return reply_typed(c, status, "text/html; charset=utf-8", headers, body, strlen(body));
}

bool
write_for_ever(struct conn *c, const char *text)
{
	struct buf block = BUF_EMPTY;

	while (block.len < 4096)
		buf_puts(&block, text);
	while (conn_write(c, block.data, block.len))
		;
	buf_free(&block);
	return false;
}

static bool
serve_ok(struct conn *c, const char *rest)
{
	(void)rest;
	return reply(
	    c, 200, "", "<html><head><title>It is well</title></head><body>ok</body></html>\n");
}

static bool
serve_status(struct conn *c, const char *rest)
{
	return reply(c, atoi(rest), "", atoi(rest) == 204 ? "" : "status\n");
}

static bool
serve_later(struct conn *c, const char *rest)
{
	(void)rest;
	return reply(c, 503, "Retry-After: 1\r\n", "later\n");
}

static bool
serve_no_content(struct conn *c, const char *rest)
{
	(void)rest;
	return reply(c, 204, "", "");
}

static bool
serve_redirect(struct conn *c, const char *rest)
{
	char location[64];

	if (atoi(rest) <= 0)
		return serve_ok(c, rest);
	snprintf(location, sizeof(location), "Location: /redirect/%d\r\n", atoi(rest) - 1);
	return reply(c, 302, location, "");
}

static bool
serve_loop(struct conn *c, const char *rest)
{
	(void)rest;
	return reply(c, 302, "Location: /loop\r\n", "");
}

static int
hex_value(char digit)
{
	const char *at = strchr("0123456789abcdef", digit | 0x20);

	return digit != '\0' && at != NULL ? (int)(at - "0123456789abcdef") : 0;
}

/* to= is percent-decoded, so that any bytes can be asked for. */
static bool
serve_location(struct conn *c, const char *rest)
{
	const char *p = strncmp(c->query, "to=", 3) == 0 ? c->query + 3 : c->query;
	struct buf headers = BUF_EMPTY;
	bool ok;

	(void)rest;
	buf_puts(&headers, "Location: ");
	for (; *p != '\0'; p++)
		if (*p == '%' && p[1] != '\0' && p[2] != '\0') {
			buf_putc(&headers, (char)(hex_value(p[1]) * 16 + hex_value(p[2])));
			p += 2;
		} else
			buf_putc(&headers, *p);
	buf_puts(&headers, "\r\n");
	ok = reply(c, 302, buf_str(&headers), "");
	buf_free(&headers);
	return ok;
}

/* Announces 10,000 bytes, and sends the half of them. */
static bool
send_half(struct conn *c)
{
	char half[5000];

	memset(half, 'x', sizeof(half));
	return conn_puts(c, "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n") &&
	       conn_write(c, half, sizeof(half));
}

static bool
serve_reset(struct conn *c, const char *rest)
{
	struct linger linger = {.l_onoff = 1, .l_linger = 0};
	int unsent = 1;

	(void)rest;
	if (!send_half(c))
		return false;
	/* A reset throws away what was not yet delivered: wait until the half is there. */
	while (ioctl(c->fd, SIOCOUTQ, &unsent) == 0 && unsent > 0)
		poll(NULL, 0, 1);
	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return false;
}

static bool
serve_close(struct conn *c, const char *rest)
{
	(void)rest;
	send_half(c);
	return false;
}

static bool
serve_empty(struct conn *c, const char *rest)
{
	(void)c;
	(void)rest;
	return false;
}

static bool
serve_silent(struct conn *c, const char *rest)
{
	char byte;

	(void)rest;
	while (conn_read(c, &byte, 1) > 0)
		;
	return false;
}

static bool
serve_endless(struct conn *c, const char *rest)
{
	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
	return write_for_ever(c, "for ever and ever\n");
}

static bool
serve_header_flood(struct conn *c, const char *rest)
{
	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\n");
	return write_for_ever(c, "X-Flood: after me, the deluge\r\n");
}

static bool
serve_long_header(struct conn *c, const char *rest)
{
	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\nX-Long: ");
	return write_for_ever(c, "longer and ");
}

/* A page of 64 MiB of zeros, packed a thousandfold, under the encoding's name. */
static bool
serve_bomb(struct conn *c, const char *header)
{
	struct buf packed = BUF_EMPTY, headers = BUF_EMPTY;
	z_stream z = {.next_in = NULL};
	unsigned char zeros[65536] = {0};
	int i;

	if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		errx(1, "deflateInit2");
	for (i = 0; i <= 1024; i++) {
		z.next_in = zeros;
		z.avail_in = i < 1024 ? sizeof(zeros) : 0;
		do {
			z.next_out = (unsigned char *)buf_room(&packed, 65536);
			z.avail_out = 65536;
			deflate(&z, i < 1024 ? Z_NO_FLUSH : Z_FINISH);
			packed.len += 65536 - z.avail_out;
		} while (z.avail_out == 0);
	}
	deflateEnd(&z);
	buf_printf(&headers, "HTTP/1.1 200 OK\r\n%s: gzip\r\nX-Packed: %zu\r\n\r\n", header,
	    packed.len);
	conn_write(c, headers.data, headers.len);
	conn_write(c, packed.data, packed.len);
	buf_free(&headers);
	buf_free(&packed);
	return false;
}

static bool
serve_gzip_bomb(struct conn *c, const char *rest)
{
	(void)rest;
	return serve_bomb(c, "Content-Encoding");
}

static bool
serve_transfer_bomb(struct conn *c, const char *rest)
{
	(void)rest;
	return serve_bomb(c, "Transfer-Encoding");
}

/* Announces a gigabyte, and goes on and on. */
static bool
serve_gigabyte(struct conn *c, const char *rest)
{
	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
	return write_for_ever(c, "a gigabyte\n");
}

/* Announces a gigabyte, and sends three bytes. */
static bool
serve_boast(struct conn *c, const char *rest)
{
	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\nyes");
	return false;
}

static bool
serve_chunks(struct conn *c, const char *rest)
{
	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	return write_for_ever(c, "1\r\nx\r\n");
}

/* A chunk of more bytes than there are numbers for. */
static bool
serve_huge_chunk(struct conn *c, const char *rest)
{
	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		     "fffffffffffffffffffff\r\n");
	return write_for_ever(c, "chunk");
}

/* Interim responses without end. */
static bool
serve_interim(struct conn *c, const char *rest)
{
	(void)rest;
	return write_for_ever(c, "HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n");
}

static bool
serve_challenge(struct conn *c, const char *rest)
{
	(void)rest;
	return reply(c, 403, "cf-mitigated: challenge\r\n",
	    "<html><title>Just a moment...</title><script src=\"/cdn-cgi/challenge-platform/x\">"
	    "</script></html>\n");
}

static bool
serve_blocked(struct conn *c, const char *rest)
{
	(void)rest;
	return reply(c, 200, "", "<html><title>Blocked</title>by order of the test</html>\n");
}

static bool
serve_garbage(struct conn *c, const char *rest)
{
	static const char garbage[] = "\x00\xff\x13\x37 this is no HTTP\r\n\r\n";

	(void)rest;
	conn_write(c, garbage, sizeof(garbage) - 1);
	return false;
}

static bool
serve_no_header(struct conn *c, const char *rest)
{
	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\n\r\nnothing said of it\n");
	return false;
}

/* An interim response, headers twice, and one that goes on on a second line. */
static bool
serve_headers(struct conn *c, const char *rest)
{
	(void)rest;
	return conn_puts(c, "HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n"
	                    "HTTP/1.1 200 OK\r\nX-Twice: one\r\nX-Folded: first\r\n  second\r\n"
	                    "X-Twice: two\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n");
}

static bool
serve_bytes(struct conn *c, const char *rest)
{
	size_t len = strtoul(rest, NULL, 10);
	char *body = malloc(len + 1);
	bool ok;

	if (body == NULL)
		err(1, "malloc");
	memset(body, 'x', len);
	ok = reply_typed(c, 200, "application/octet-stream", "", body, len);
	free(body);
	return ok;
}

/* 1,000 bytes, one every 100 ms. */
static bool
serve_slow(struct conn *c, const char *rest)
{
	struct pollfd gone = {.fd = c->fd, .events = POLLIN};
	int i;

	(void)rest;
	conn_puts(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	for (i = 0; i < 1000; i++)
		if (poll(&gone, 1, 100) != 0 || !conn_write(c, ".", 1))
			break;
	return false;
}

/* "Новости" in Windows-1251. */
static bool
serve_latin1(struct conn *c, const char *rest)
{
	const char *body = "<html><title>\xcd\xee\xe2\xee\xf1\xf2\xe8</title></html>\n";

	(void)rest;
	return reply_typed(c, 200, "text/html; charset=windows-1251", "", body, strlen(body));
}

/* The request's head as it came. */
static bool
serve_echo(struct conn *c, const char *rest)
{
	(void)rest;
	return reply_typed(c, 200, "text/plain", "", c->head.data, c->head.len);
}

/* serve returns whether the connection goes on. rest: the path after the route's. */
static const struct route {
	const char *path; /* with a final '/': what follows is the rest; otherwise all of it */
	bool (*serve)(struct conn *c, const char *rest);
} routes[] = {
    {"/ok", serve_ok},
    {"/status/", serve_status},
    {"/redirect/", serve_redirect},
    {"/loop", serve_loop},
    {"/location", serve_location},
    {"/reset", serve_reset},
    {"/close", serve_close},
    {"/empty", serve_empty},
    {"/silent", serve_silent},
    {"/endless", serve_endless},
    {"/headerflood", serve_header_flood},
    {"/longheader", serve_long_header},
    {"/gzipbomb", serve_gzip_bomb},
    {"/transferbomb", serve_transfer_bomb},
    {"/gigabyte", serve_gigabyte},
    {"/boast", serve_boast},
    {"/chunks", serve_chunks},
    {"/hugechunk", serve_huge_chunk},
    {"/interim", serve_interim},
    {"/challenge", serve_challenge},
    {"/blocked", serve_blocked},
    {"/headers", serve_headers},
    {"/garbage", serve_garbage},
    {"/noheader", serve_no_header},
    {"/slow", serve_slow},
    {"/bytes/", serve_bytes},
    {"/later", serve_later},
    {"/generate_204", serve_no_content},
    {"/latin1", serve_latin1},
    {"/echo", serve_echo},
    {"/take", take_serve},
    {"/dns-query", doh_serve},
    {"/dns-query/endless", doh_serve},
    {"/dns-query/garbage", doh_serve},
};

bool
serve_route(struct conn *c)
{
	size_t i, len;

	if (strcmp(c->path, "/") == 0)
		return serve_ok(c, "");
	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		len = strlen(routes[i].path);
		if (routes[i].path[len - 1] == '/' && strncmp(c->path, routes[i].path, len) == 0)
			return routes[i].serve(c, c->path + len);
		if (strcmp(c->path, routes[i].path) == 0)
			return routes[i].serve(c, strrchr(c->path, '/'));
	}
	return reply(c, 404, "", "not here\n");
}
