/* The status page's server. */
#include "probe/status_server.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <openssl/sha.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/address.h"
#include "probe/http_listener.h"
#include "probe/status_connections.h"
#include "probe/status_json.h"
#include "probe/status_model.h"
#include "probe/status_view.h"

/* No request here has a body, but libevent must take a small one for us to refuse its method with a proper answer. */
enum { HEADERS_MAX = 8 * 1024, BODY_MAX = 1024, CONNECTIONS = 16, DEADLINE_MS = 10000, HOST_SIZE = 32 };
enum { MISDIRECTED = 421, FORBIDDEN = 403 };
/* Of methods: libevent answers those it was not allowed itself, and by 501. */
enum { ANY_METHOD = 0xffff };

/* A body, kept for a moment: a flood of requests costs no more than their bytes. */
static const int64_t kept_ns = 1000000000;

static void
render_health(const struct status *st, int64_t now_us, struct buf *out)
{
	(void)st;
	(void)now_us;
	buf_puts(out, "ok\n");
}

static void
render_json(const struct status *st, int64_t now_us, struct buf *out)
{
	(void)now_us;
	status_encode(st, out);
}

static const struct route {
	const char *path, *type;
	void (*render)(const struct status *status, int64_t now_us, struct buf *out);
	bool fill; /* it needs the model */
} routes[] = {
    {"/", "text/html; charset=utf-8", status_html, true},
    {"/metrics", "text/plain; version=0.0.4; charset=utf-8", status_metrics, true},
    {"/status.json", "application/json", render_json, true},
    {"/healthz", "text/plain; charset=utf-8", render_health, false},
};
enum { ROUTES = sizeof(routes) / sizeof(routes[0]) };

struct kept {
	struct buf body;
	int64_t made_ns;
	bool made;
};

struct status_server {
	struct status_server_plan plan;
	struct evhttp *http;
	struct http_listener *listener;
	struct status_connections *connections;
	char *policy; /* Content-Security-Policy */
	char own_ip[INET_ADDRSTRLEN]; /* there is more than one on 127.0.0.0/8; "" for IPv6, which has one */
	int port;
	struct kept kept[ROUTES];
};

/* --- answers --------------------------------------------------------------------------------- */

/*
 * Nothing may be loaded, run, sent, or framed; the page's own style sheet is known by its hash. No other page may read the
 * answers or open them as a resource of its own, and nothing is kept on the disk of the browser.
 */
static char *
security_policy(void)
{
	unsigned char hash[SHA256_DIGEST_LENGTH];
	struct buf text = BUF_EMPTY;

	SHA256((const unsigned char *)status_style(), strlen(status_style()), hash);
	buf_puts(&text, "default-src 'none'; style-src 'sha256-");
	buf_base64(&text, hash, sizeof(hash));
	buf_puts(&text, "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
	return buf_steal(&text);
}

static void
add_headers(const struct status_server *server, struct evhttp_request *request, const char *type)
{
	static const char *const fixed[][2] = {
	    {"X-Content-Type-Options", "nosniff"},
	    {"X-Frame-Options", "DENY"},
	    {"Referrer-Policy", "no-referrer"},
	    {"Cache-Control", "no-store"},
	    {"Cross-Origin-Resource-Policy", "same-origin"},
	    {"Cross-Origin-Opener-Policy", "same-origin"},
	    {"Cross-Origin-Embedder-Policy", "require-corp"},
	    /* One request a connection: its whole life is bounded then. */
	    {"Connection", "close"},
	};
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
	size_t i;

	evhttp_add_header(headers, "Content-Type", type);
	evhttp_add_header(headers, "Content-Security-Policy", server->policy);
	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		evhttp_add_header(headers, fixed[i][0], fixed[i][1]);
}

static void
hang_up(struct evhttp_request *request, void *arg)
{
	struct bufferevent *bev = evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));

	(void)arg;
	(void)shutdown(bufferevent_getfd(bev), SHUT_RDWR);
}

/* libevent would send the body of an answer to HEAD, and keep the connection open after CONNECT, for a tunnel. */
static void
reply(const struct status_server *server, struct evhttp_request *request, int code, const char *reason, const char *type,
    const void *body, size_t len)
{
	bool head = evhttp_request_get_command(request) == EVHTTP_REQ_HEAD;
	struct evbuffer *out = evbuffer_new();
	char length[24];

	if (out == NULL || (!head && evbuffer_add(out, body, len) != 0))
		log_fatalx("out of memory (an answer)");
	snprintf(length, sizeof(length), "%zu", len);
	add_headers(server, request, type);
	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Length", length);
	if (evhttp_request_get_command(request) == EVHTTP_REQ_CONNECT)
		evhttp_request_set_on_complete_cb(request, hang_up, NULL);
	evhttp_send_reply(request, code, reason, out);
	evbuffer_free(out);
}

static void
refuse(const struct status_server *server, struct evhttp_request *request, int code, const char *reason, const char *why)
{
	reply(server, request, code, reason, "text/plain; charset=utf-8", why, strlen(why));
}

static const struct buf *
body_of(struct status_server *server, const struct route *route)
{
	struct kept *kept = &server->kept[route - routes];
	int64_t now_ns = clock_mono_ns();
	struct status *st;

	if (kept->made && now_ns >= kept->made_ns && now_ns - kept->made_ns < kept_ns)
		return &kept->body;
	st = status_new();
	st->taken_us = clock_wall_us();
	if (route->fill)
		server->plan.fill(st, server->plan.arg);
	buf_clear(&kept->body);
	route->render(st, clock_wall_us(), &kept->body);
	kept->made = true;
	kept->made_ns = now_ns;
	status_free(st);
	return &kept->body;
}

/* --- who may ask ----------------------------------------------------------------------------- */

/* The one value of a header; NULL when there is none, or more than one. */
static const char *
only_header(struct evhttp_request *request, const char *name)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
	const char *value = NULL;
	struct evkeyval *header;

	for (header = headers->tqh_first; header != NULL; header = header->next.tqe_next)
		if (strcasecmp(header->key, name) == 0) {
			if (value != NULL)
				return NULL;
			value = header->value;
		}
	return value;
}

/*
 * A name of somebody else's that leads here (DNS rebinding) would make this page one of their site. So only the loopback's own
 * names do, with our port.
 */
static bool
is_our_name(const struct status_server *server, const char *host)
{
	const char *const names[] = {"localhost", "127.0.0.1", "[::1]", server->own_ip};
	char with_port[HOST_SIZE];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i][0] == '\0')
			continue;
		snprintf(with_port, sizeof(with_port), "%s:%d", names[i], server->port);
		if (strcasecmp(host, with_port) == 0 || (server->port == 80 && strcasecmp(host, names[i]) == 0))
			return true;
	}
	return false;
}

/*
 * Browsers say (Fetch Metadata Request Headers, 2.) when another site's page is behind a request. It may lead here by a link,
 * but not load this as a part of itself, if only to find out that netvane runs here.
 */
static bool
is_another_sites(struct evhttp_request *request)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
	const char *site = evhttp_find_header(headers, "Sec-Fetch-Site"), *mode = evhttp_find_header(headers, "Sec-Fetch-Mode");

	if (site == NULL || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0)
		return false;
	return mode == NULL || strcmp(mode, "navigate") != 0;
}

/* True when the request has been answered already, by a refusal. */
static bool
refused(const struct status_server *server, struct evhttp_request *request)
{
	enum evhttp_cmd_type method = evhttp_request_get_command(request);
	const char *host = only_header(request, "Host");

	if (host == NULL)
		refuse(server, request, HTTP_BADREQUEST, "Bad Request", "one Host header is wanted\n");
	else if (!is_our_name(server, host))
		refuse(server, request, MISDIRECTED, "Misdirected Request",
		    "This is not the server of that name. Ask for localhost or 127.0.0.1, with the port it listens on; through a "
		    "tunnel too (ssh -L PORT:127.0.0.1:PORT, twice the same).\n");
	else if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD) {
		evhttp_add_header(evhttp_request_get_output_headers(request), "Allow", "GET, HEAD");
		refuse(server, request, HTTP_BADMETHOD, "Method Not Allowed", "only GET and HEAD are understood here\n");
	} else if (evhttp_request_get_uri(request)[0] != '/')
		refuse(server, request, HTTP_BADREQUEST, "Bad Request", "this is no proxy\n");
	else if (is_another_sites(request))
		refuse(server, request, FORBIDDEN, "Forbidden", "not for other sites\n");
	else
		return false;
	return true;
}

static void
on_request(struct evhttp_request *request, void *arg)
{
	struct status_server *server = arg;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
	const struct buf *body;
	size_t i;

	if (refused(server, request))
		return;
	for (i = 0; i < ROUTES; i++)
		if (path != NULL && strcmp(path, routes[i].path) == 0) {
			body = body_of(server, &routes[i]);
			reply(server, request, HTTP_OK, "OK", routes[i].type, body->data, body->len);
			return;
		}
	refuse(server, request, HTTP_NOTFOUND, "Not Found", "not here; there are /, /metrics, /status.json and /healthz\n");
}

/* --- listening ------------------------------------------------------------------------------- */

static bool
is_loopback(const struct sockaddr_storage *sa)
{
	if (sa->ss_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)sa)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return sa->ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)sa)->sin6_addr);
}

static void
remember_address(struct status_server *server)
{
	struct sockaddr_storage sa;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&sa;

	http_listener_address(server->listener, &sa);
	if (sa.ss_family == AF_INET6) {
		server->port = ntohs(((const struct sockaddr_in6 *)&sa)->sin6_port);
		return;
	}
	server->port = ntohs(in->sin_port);
	(void)inet_ntop(AF_INET, &in->sin_addr, server->own_ip, sizeof(server->own_ip));
}

static bool
listen_at(struct status_server *server, const char *listen)
{
	struct sockaddr_storage sa;
	int len;

	if (address_parse_listen(listen, &sa, &len) != 0) {
		log_errorx("the status page: '%s' should be IP:PORT or [IPv6]:PORT", listen);
		return false;
	}
	if (!is_loopback(&sa)) {
		log_errorx("the status page is for this machine only: '%s' is not 127.0.0.1 or [::1] (ssh -L brings it to another)",
		    listen);
		return false;
	}
	server->listener = http_listener_new(server->plan.base, server->http, (struct sockaddr *)&sa, len);
	if (server->listener == NULL) {
		log_error("the status page: cannot listen at %s", listen);
		return false;
	}
	remember_address(server);
	return true;
}

struct status_server *
status_server_start(const struct status_server_plan *plan)
{
	struct status_server *server = xcalloc(1, sizeof(*server));

	server->plan = *plan;
	server->policy = security_policy();
	server->http = evhttp_new(plan->base);
	if (server->http == NULL)
		log_fatalx("out of memory (the HTTP server)");
	evhttp_set_max_headers_size(server->http, HEADERS_MAX);
	evhttp_set_max_body_size(server->http, BODY_MAX);
	evhttp_set_allowed_methods(server->http, ANY_METHOD);
	evhttp_set_gencb(server->http, on_request, server);
	server->connections = status_connections_new(plan->base, server->http, CONNECTIONS,
	    plan->deadline_ms > 0 ? plan->deadline_ms : DEADLINE_MS);
	if (!listen_at(server, plan->listen)) {
		status_server_free(server);
		return NULL;
	}
	return server;
}

void
status_server_address(const struct status_server *server, struct sockaddr_storage *sa)
{
	http_listener_address(server->listener, sa);
}

void
status_server_free(struct status_server *server)
{
	size_t i;

	if (server == NULL)
		return;
	status_connections_free(server->connections);
	http_listener_free(server->listener);
	evhttp_free(server->http);
	for (i = 0; i < ROUTES; i++)
		buf_free(&server->kept[i].body);
	free(server->policy);
	free(server);
}
