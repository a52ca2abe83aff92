/* HTTP/1.1 of the lab's servers. */
#include "tests/lab/world_http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <event2/buffer.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/world.h"
#include "tests/lab/world_conn.h"
#include "tests/lab/world_doh.h"
#include "tests/lab/world_pages.h"
#include "tests/lab/world_request.h"

static const char html[] = "text/html; charset=utf-8";

/* ---- Responses ------------------------------------------------------------------------------ */

/* Begins a head; more header lines may follow. site NULL: a machine that is no site. */
static void
head_begin(const struct conn *conn, const struct site *site, const char *status, struct buf *head)
{
	buf_printf(head, "HTTP/1.1 %s\r\n", status);
	if (site != NULL)
		page_headers(site, head);
	if (conn->service->proxy)
		buf_puts(head, "Via: 1.1 cache3.isp.kz (squid/5.7)\r\nX-Cache: MISS from "
		               "cache3.isp.kz\r\n");
}

static void
head_end(struct conn *conn, const struct request *request, const char *type, size_t len,
    struct buf *head)
{
	buf_printf(head, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, len);
	buf_puts(head, request->keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
	conn_write(conn, head->data, head->len);
	buf_free(head);
}

/* A whole response; more is header lines, each with its end. */
static void
respond(struct conn *conn, const struct request *request, const struct site *site,
    const char *status, const char *more, const char *type, const struct buf *body)
{
	struct buf head = BUF_EMPTY;

	head_begin(conn, site, status, &head);
	buf_puts(&head, more);
	head_end(conn, request, type, body->len, &head);
	if (strcmp(request->method, "HEAD") != 0)
		conn_write(conn, body->data, body->len);
}

static void
respond_note(struct conn *conn, const struct request *request, const struct site *site,
    const char *status, const char *more, const char *title, const char *text)
{
	struct buf body = BUF_EMPTY;

	page_note(title, text, &body);
	respond(conn, request, site, status, more, html, &body);
	buf_free(&body);
}

static void
respond_redirect(struct conn *conn, const struct request *request, const struct site *site,
    const char *status, const char *location)
{
	char *more = xasprintf("Location: %s\r\n", location);

	respond_note(conn, request, site, status, more, "Moved", "It is somewhere else.");
	free(more);
}

/* ---- What a site may do --------------------------------------------------------------------- */

static void
serve_page(struct conn *conn, const struct site *site, const struct request *request)
{
	struct buf body = BUF_EMPTY;

	page_write(site, request->target, &body);
	respond(conn, request, site, "200 OK", "", html, &body);
	buf_free(&body);
}

static void
serve_403(struct conn *conn, const struct site *site, const struct request *request)
{
	respond_note(conn, request, site, "403 Forbidden", "", "403 Forbidden",
	    "You do not have permission to access this resource.");
}

static void
serve_captcha(struct conn *conn, const struct site *site, const struct request *request)
{
	respond_note(conn, request, site, "403 Forbidden", "CF-Mitigated: challenge\r\n",
	    "Just a moment...",
	    "Checking your browser. <form class=\"captcha\"><input name=\"answer\"></form>");
}

static void
serve_451(struct conn *conn, const struct site *site, const struct request *request)
{
	respond_note(conn, request, site, "451 Unavailable For Legal Reasons", "",
	    "Unavailable for legal reasons", "We do not offer this service in your country.");
}

static void
serve_500(struct conn *conn, const struct site *site, const struct request *request)
{
	respond_note(conn, request, site, "500 Internal Server Error", "", "500",
	    "Something broke on our side.");
}

static void
serve_503(struct conn *conn, const struct site *site, const struct request *request)
{
	respond_note(conn, request, site, "503 Service Unavailable", "Retry-After: 3600\r\n",
	    "We will be back soon", "This site is down for maintenance.");
}

/* An honest redirect to somebody else's site: to log in, or to agree to something. */
static void
serve_consent(struct conn *conn, const struct site *site, const struct request *request)
{
	respond_redirect(conn, request, site, "302 Found", "https://blog1.lab/consent?continue=1");
}

/* As from a server of the nineties: HTTP/1.0, no length, and the end of the connection is that of the page. */
static void
serve_bare(struct conn *conn, const struct site *site, const struct request *request)
{
	struct buf page = BUF_EMPTY;

	buf_puts(&page, "HTTP/1.0 200 OK\r\n\r\n");
	page_write(site, request->target, &page);
	conn_write(conn, page.data, page.len);
	buf_free(&page);
	conn_finish(conn);
}

/* A program that dies in the middle of the page. */
static void
serve_cut(struct conn *conn, const struct site *site, const struct request *request)
{
	struct buf page = BUF_EMPTY, head = BUF_EMPTY;

	page_write(site, request->target, &page);
	buf_printf(&head, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", html, page.len);
	conn_write(conn, head.data, head.len);
	conn_write(conn, page.data, page.len / 2);
	buf_free(&head);
	buf_free(&page);
	conn_finish(conn);
}

/* Nobody has bought the name yet: the same page for thousands of them. */
static void
serve_parked(struct conn *conn, const struct site *site, const struct request *request)
{
	(void)site;
	respond_note(conn, request, NULL, "200 OK", "Server: parking\r\n", "This domain is for sale",
	    "Buy this domain. Related searches: insurance, flights, loans.");
}

static void
serve_loop(struct conn *conn, const struct site *site, const struct request *request)
{
	const char *count = strstr(request->target, "again=");
	char *location = xasprintf("%s://%s/?again=%d", conn->service->tls ? "https" : "http",
	    site->name, count != NULL ? atoi(count + 6) % 1000 + 1 : 1);

	respond_redirect(conn, request, site, "302 Found", location);
	free(location);
}

static void
serve_204(struct conn *conn, const struct site *site, const struct request *request)
{
	struct buf head = BUF_EMPTY;

	(void)site;
	head_begin(conn, NULL, "204 No Content", &head);
	buf_puts(&head, request->keep_alive ? "\r\n" : "Connection: close\r\n\r\n");
	conn_write(conn, head.data, head.len);
	buf_free(&head);
}

static void
serve_success(struct conn *conn, const struct site *site, const struct request *request)
{
	struct buf body = BUF_EMPTY;

	(void)site;
	buf_puts(&body, "success\n");
	respond(conn, request, NULL, "200 OK", "", "text/plain", &body);
	buf_free(&body);
}

static void
serve_login(struct conn *conn, const struct site *site, const struct request *request)
{
	respond_note(conn, request, site, "200 OK", "Cache-Control: no-store\r\n", site->title,
	    "<form method=\"post\">Room number: <input name=\"room\"></form>");
}

/* ---- Hostile ones --------------------------------------------------------------------------- */

/* Writes a chunk whenever the one before has left, `chunks' times; then the connection ends. */
static void
produce(struct conn *conn, const struct buf *chunk, uint64_t chunks)
{
	if (conn->produced++ == chunks)
		conn_finish(conn);
	else
		conn_write(conn, chunk->data, chunk->len);
}

static void
produce_headers(struct conn *conn)
{
	static struct buf chunk;
	int i;

	if (chunk.len == 0)
		for (i = 0; i < 500; i++)
			buf_printf(&chunk, "X-Flood-%d: and another header of no use\r\n", i);
	produce(conn, &chunk, UINT64_MAX);
}

static void
serve_flood(struct conn *conn, const struct site *site, const struct request *request)
{
	struct buf head = BUF_EMPTY;

	(void)request;
	head_begin(conn, site, "200 OK", &head);
	conn_write(conn, head.data, head.len);
	buf_free(&head);
	conn->produce = produce_headers;
}

static void
produce_text(struct conn *conn)
{
	static struct buf chunk;

	while (chunk.len < 16384)
		buf_puts(&chunk, "<p>and so on and on and on</p>\n");
	produce(conn, &chunk, UINT64_MAX);
}

static void
serve_endless(struct conn *conn, const struct site *site, const struct request *request)
{
	struct buf head = BUF_EMPTY;

	(void)request;
	head_begin(conn, site, "200 OK", &head);
	buf_printf(&head,
	    "Content-Type: %s\r\nConnection: close\r\n\r\n"
	    "<!DOCTYPE html><html><head><title>%s</title></head><body>\n",
	    html, site->title);
	conn_write(conn, head.data, head.len);
	buf_free(&head);
	conn->produce = produce_text;
}

/* One megabyte of spaces, deflated so that the piece can follow itself (Z_FULL_FLUSH forgets what
 * was before). */
static void
deflate_piece(struct buf *out)
{
	enum { PIECE = 1024 * 1024 };
	z_stream z = {0};
	char *spaces = xmalloc(PIECE);

	memset(spaces, ' ', PIECE);
	if (deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		log_fatalx("zlib");
	z.next_in = (Bytef *)spaces;
	z.avail_in = PIECE;
	z.next_out = (Bytef *)buf_room(out, PIECE);
	z.avail_out = PIECE;
	deflate(&z, Z_FULL_FLUSH);
	out->len += PIECE - z.avail_out;
	deflateEnd(&z);
	free(spaces);
}

static void
produce_bomb(struct conn *conn)
{
	static struct buf piece;

	if (piece.len == 0)
		deflate_piece(&piece);
	produce(conn, &piece, 10000); /* ten gigabytes, when they are unpacked */
}

static void
serve_gzipbomb(struct conn *conn, const struct site *site, const struct request *request)
{
	static const char gzip_head[10] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 2, 3};
	struct buf head = BUF_EMPTY;

	(void)request;
	head_begin(conn, site, "200 OK", &head);
	buf_printf(
	    &head, "Content-Type: %s\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n", html);
	conn_write(conn, head.data, head.len);
	conn_write(conn, gzip_head, sizeof(gzip_head));
	buf_free(&head);
	conn->produce = produce_bomb;
}

struct http_kind {
	const char *name;
	void (*serve)(struct conn *conn, const struct site *site, const struct request *request);
};

static const struct http_kind kinds[] = {
    {"ok", serve_page},
    {"403", serve_403},
    {"captcha", serve_captcha},
    {"451", serve_451},
    {"500", serve_500},
    {"503", serve_503},
    {"consent", serve_consent},
    {"bare", serve_bare},
    {"parked", serve_parked},
    {"cut", serve_cut},
    {"loop", serve_loop},
    {"flood", serve_flood},
    {"gzipbomb", serve_gzipbomb},
    {"endless", serve_endless},
    {"204", serve_204},
    {"success", serve_success},
    {"login", serve_login},
};

const struct http_kind *
http_kind_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

/* ---- Who answers ---------------------------------------------------------------------------- */

static void
serve_blockpage(struct conn *conn, const struct request *request)
{
	char *text =
	    xasprintf("Access to %.100s is restricted by decision of an authorised state body. "
	              "<a href=\"http://restricted.kz/\">More</a>",
	        strpbrk(request->host, "<>&\"") == NULL ? request->host : "this site");

	respond_note(conn, request, NULL, "200 OK",
	    "Server: blockpage\r\nCache-Control: no-store\r\n", "Access restricted", text);
	free(text);
}

/* On port 80 sites send whoever comes on to https://, but for those that have no other port. */
static void
serve_site(struct conn *conn, const struct site *site, const struct request *request)
{
	char *location;

	if (conn->service->tls || site->plain) {
		site->http->serve(conn, site, request);
		return;
	}
	location = xasprintf(
	    "https://%s%s", request->host[0] != '\0' ? request->host : site->name, request->target);
	respond_redirect(conn, request, site, "301 Moved Permanently", location);
	free(location);
}

/* Somebody asks for a name that is none of this server's. */
static void
serve_stranger(struct conn *conn, const struct site *site, const struct request *request)
{
	char *location;

	switch (site->host) {
	case HOST_PAGE:
		site->http->serve(conn, site, request);
		break;
	case HOST_404:
		respond_note(conn, request, site, "404 Not Found", "", "404 Not Found",
		    "No such site is configured here.");
		break;
	case HOST_301:
		location = xasprintf("https://%s/", site->name);
		respond_redirect(conn, request, site, "301 Moved Permanently", location);
		free(location);
		break;
	}
}

/* Lets nobody through but to its own page. */
static void
serve_portal(struct conn *conn, const struct request *request)
{
	const struct site *portal = world_site_named(conn->server->world, "portal.lab");

	if (strcmp(request->host, portal->name) == 0)
		portal->http->serve(conn, portal, request);
	else
		respond_redirect(conn, request, NULL, "302 Found", "http://portal.lab/login");
}

static void
serve_doh(struct conn *conn, const struct site *site, const struct request *request,
    const struct buf *body)
{
	const struct world *world = conn->server->world;
	struct buf answer = BUF_EMPTY;

	if (!doh_answer(world, world_resolver_named(world, site->name), request, body, &answer))
		respond_note(
		    conn, request, site, "400 Bad Request", "", "400", "This is no DNS query.");
	else if (answer.len > 0)
		respond(conn, request, site, "200 OK", "Cache-Control: max-age=60\r\n",
		    "application/dns-message", &answer);
	buf_free(&answer);
}

static void
serve(struct conn *conn, const struct request *request, const struct buf *body)
{
	const struct world *world = conn->server->world;
	const struct site *named = world_site_at(world, &conn->local, request->host);
	const struct site *site = named;

	if (site == NULL)
		site = conn->site != NULL ? conn->site : world_default_at(world, &conn->local);
	if (site != NULL && site->slow_kbit > 0)
		conn_limit(conn, site->slow_kbit);
	if (site != NULL && site->resets_port80 && !conn->service->tls && !conn->service->portal) {
		conn_reset(conn);
		return;
	}
	if (conn->service->portal)
		serve_portal(conn, request);
	else if (world_is_blockpage(&conn->local))
		serve_blockpage(conn, request);
	else if (site == NULL)
		respond_note(conn, request, NULL, "503 Service Unavailable", "", "503",
		    "There is no site at this address.");
	else if (site->doh && conn->service->tls && doh_is_query(request))
		serve_doh(conn, site, request, body);
	else if (named == NULL && request->host[0] != '\0')
		serve_stranger(conn, site, request);
	else
		serve_site(conn, site, request);
}

/* Takes one whole request from the input; false: there is none. */
static bool
take(struct conn *conn, struct request *request, struct buf *body)
{
	size_t len = evbuffer_get_length(conn->input);
	const char *data = (const char *)evbuffer_pullup(conn->input, -1);

	switch (request_read(request, data, len)) {
	case REQUEST_PARTIAL:
		return false;
	case REQUEST_BAD:
		conn_finish(conn);
		return false;
	case REQUEST_WHOLE:
		break;
	}
	if (len < request->head_len + request->body_len)
		return false;
	buf_clear(body);
	buf_add(body, data + request->head_len, request->body_len);
	evbuffer_drain(conn->input, request->head_len + request->body_len);
	return true;
}

/* Whose request is in the input; NULL nobody's. */
static const struct site *
asked_site(const struct conn *conn)
{
	return conn->site != NULL ? conn->site : world_default_at(conn->server->world, &conn->local);
}

void
http_input(struct conn *conn)
{
	const struct site *site = asked_site(conn);
	struct buf body = BUF_EMPTY;
	struct request request;

	if (site != NULL && site->late_ms > 0 && !conn_thinks(conn, site->late_ms))
		return;
	while (!conn->ended && !conn->finishing && conn->produce == NULL &&
	       evbuffer_get_length(conn->input) > 0 && take(conn, &request, &body)) {
		serve(conn, &request, &body);
		if (!request.keep_alive && conn->produce == NULL)
			conn_finish(conn);
	}
	buf_free(&body);
}
