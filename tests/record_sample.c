/* Full records for the tests of the format; see record_sample.h. */
#include "tests/record_sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "results/baseline.h"
#include "results/event.h"
#include "results/measurement.h"
#include "results/vantage.h"
#include "results/quic_ping.h"
#include "results/trace_path.h"

/* Arena copies of literals, so that the sample is made of what a running probe would hold. */
#define TEXT(s) arena_strdup(m->arena, (s))
#define BYTES(s) ((struct bytes){arena_memdup(m->arena, (s), sizeof(s) - 1), sizeof(s) - 1})

static void
fill_common(struct measurement *m, struct common *c, double t0, int64_t id, int attempt)
{
	c->t0 = t0;
	c->t = t0 + 0.012345;
	c->transaction_id = id;
	c->attempt = attempt;
	*ARENA_PUSH(m->arena, c->tags, c->ntags) = TEXT("depth=0");
	*ARENA_PUSH(m->arena, c->tags, c->ntags) = TEXT("control_sni");
}

static void
fill_envelope(struct measurement *m, const char *test_name)
{
	struct annotation *a;

	m->id = TEXT("00112233445566778899aabbccddeeff");
	m->test_name = TEXT(test_name);
	m->test_version = TEXT("0.1.0");
	m->start_us = INT64_C(1795329000123456);
	m->round_start_us = INT64_C(1795328999654321);
	m->runtime = 1.5;
	m->probe_asn = TEXT("AS9198");
	m->probe_cc = TEXT("KZ");
	m->probe_network_name = TEXT("Қазақтелеком");
	m->resolver_asn = TEXT("AS15169");
	m->resolver_ip = TEXT("192.0.2.53");
	m->resolver_network_name = TEXT("\"Example\" \\ resolver\t");
	m->report_id = TEXT("");
	m->software_name = TEXT("netvane");
	m->software_version = TEXT("0.1.0-dev");
	a = ARENA_PUSH(m->arena, m->annotations, m->nannotations);
	a->key = TEXT("platform");
	a->value = TEXT("linux");
	a = ARENA_PUSH(m->arena, m->annotations, m->nannotations);
	a->key = TEXT("site \"A\"");
	a->value = TEXT("");
	m->start_mono_ns = INT64_C(9007199254740993);
	m->round_id = TEXT("ffeeddccbbaa99887766554433221100");
}

static void
fill_context(struct measurement *m)
{
	struct context *c = &m->context;
	struct resolver_health *r;

	c->network = NETWORK_DEGRADED;
	c->ipv6 = IPV6_BROKEN;
	c->local_interception = true;
	c->foreign_asked = 4;
	c->foreign_ok = 3;
	c->domestic_asked = 2;
	c->domestic_ok = 1;
	c->others_ok = 9;
	c->same_issuer = 5;
	c->same_issuer_abroad = 4;
	c->same_page = 3;
	c->same_address = 2;
	c->usual_n = 12;
	c->usual_rate = 250000.5;
	c->usual_handshake_s = 0.0625;
	r = ARENA_PUSH(m->arena, c->resolvers, c->nresolvers);
	*r = (struct resolver_health){TEXT("192.0.2.53:53"), RESOLVER_SECOND, 7, 6, 5, 4};
}

static void
fill_query(struct measurement *m, struct query *q, const char *failure)
{
	struct answer *a;
	struct datagram *d;

	fill_common(m, &q->c, 0.000001, 3, 2);
	q->engine = "udp";
	q->failure = failure;
	q->hostname = TEXT("www.example.org");
	q->query_type = TEXT("AAAA");
	q->resolver_address = TEXT("[2001:db8::53]:53");
	q->rcode = failure == NULL ? 0 : -1;
	q->raw_response = BYTES("\x12\x34\x81\x80\x00");
	a = ARENA_PUSH(m->arena, q->answers, q->nanswers);
	*a = (struct answer){
	    TEXT("CNAME"), NULL, TEXT("cdn\xff.example.net"), 300, 64500, TEXT("Example AS")};
	a = ARENA_PUSH(m->arena, q->answers, q->nanswers);
	*a = (struct answer){TEXT("AAAA"), TEXT("2001:db8::1"), NULL, 0, 4294967295, NULL};
	a = ARENA_PUSH(m->arena, q->answers, q->nanswers);
	*a = (struct answer){TEXT("A"), TEXT("192.0.2.1"), NULL, -1, 0, NULL};
	q->role = RESOLVER_DOH;
	q->transport = "udp";
	q->datagrams_dropped = 11;
	d = ARENA_PUSH(m->arena, q->datagrams, q->ndatagrams);
	*d = (struct datagram){0.1, 57, 3, BYTES("\x12\x35"), "wrong_id", true};
	d = ARENA_PUSH(m->arena, q->datagrams, q->ndatagrams);
	*d = (struct datagram){1.0 / 3, -1, -1, {NULL, 0}, "malformed", false};
}

static void
fill_tcp(struct measurement *m)
{
	struct tcp_connect *t = ARENA_PUSH(m->arena, m->tcp, m->ntcp);

	fill_common(m, &t->c, 0.02, 4, 1);
	t->ip = TEXT("192.0.2.1");
	t->port = 443;
	t = ARENA_PUSH(m->arena, m->tcp, m->ntcp);
	fill_common(m, &t->c, 123.5, INT64_C(1) << 40, 3);
	t->ip = TEXT("2001:db8::1");
	t->port = 65535;
	t->failure = "connection_reset";
	t->err = 104;
}

static void
fill_tls(struct measurement *m)
{
	struct tls_handshake *h = ARENA_PUSH(m->arena, m->tls, m->ntls);

	fill_common(m, &h->c, 0.03, 5, 1);
	h->address = TEXT("192.0.2.1:443");
	h->failure = "unknown_failure: remote error: tls: handshake failure";
	h->server_name = TEXT("www.example.org");
	h->tls_version = "TLSv1.3";
	h->cipher_suite = "TLS_AES_128_GCM_SHA256";
	h->negotiated_protocol = TEXT("h2");
	*ARENA_PUSH(m->arena, h->certificates, h->ncertificates) = BYTES("\x30\x82\x00\x01");
	*ARENA_PUSH(m->arena, h->certificates, h->ncertificates) = BYTES("text as DER");
	*ARENA_PUSH(m->arena, h->certificates, h->ncertificates) = (struct bytes){NULL, 0};
	h->step = "server_hello";
	h->err = 32;
	h->alert = 40;
	h->bytes_in = 4100;
	h->bytes_out = 517;
	*ARENA_PUSH(m->arena, h->verify_errors, h->nverify_errors) =
	    (struct verify_error){1, 20, "unable to get local issuer certificate"};
	h->host_ok = 0;
	h->os_trusted = 1;
	h->leaf_sha256 = TEXT("abcdef");
	h = ARENA_PUSH(m->arena, m->tls, m->ntls);
	fill_common(m, &h->c, 0.04, 6, 2);
	h->tls_version = h->cipher_suite = "";
	h->no_tls_verify = true;
	h->alert = h->host_ok = h->os_trusted = -1;
}

static void
fill_events(struct measurement *m)
{
	struct network_event *e = ARENA_PUSH(m->arena, m->events, m->nevents);

	fill_common(m, &e->c, 0.03, 5, 1);
	e->address = TEXT("192.0.2.1:443");
	e->operation = "connect";
	e->proto = "tcp";
	e = ARENA_PUSH(m->arena, m->events, m->nevents);
	fill_common(m, &e->c, 1e-9, 0, 3);
	e->address = TEXT("");
	e->failure = "eof_error";
	e->num_bytes = 1460;
	e->operation = "read";
	e->proto = "udp";
}

static void
add_header(struct measurement *m, struct http_header **headers, size_t *n, const char *name,
    const char *value)
{
	struct http_header *h = ARENA_PUSH(m->arena, *headers, *n);

	h->name = TEXT(name);
	h->value = TEXT(value);
}

static void
fill_requests(struct measurement *m)
{
	struct http_request *r = ARENA_PUSH(m->arena, m->requests, m->nrequests);

	fill_common(m, &r->c, 0.05, 7, 1);
	r->address = TEXT("192.0.2.1:80");
	r->alpn = TEXT("");
	r->failure = "generic_timeout_error";
	r->url = TEXT("http://www.example.org/?a=\x01");
	r->method = TEXT("GET");
	r->first_byte_s = r->last_byte_s = -1;
	r->err = 110;
	r = ARENA_PUSH(m->arena, m->requests, m->nrequests);
	fill_common(m, &r->c, 0.06, 8, 2);
	r->address = TEXT("192.0.2.1:443");
	r->alpn = TEXT("h2");
	r->url = TEXT("https://www.example.org/");
	r->method = TEXT("GET");
	add_header(m, &r->request_headers, &r->nrequest_headers, "Accept", "*/*");
	r->code = 302;
	add_header(m, &r->headers, &r->nheaders, "set-cookie", "b=2");
	add_header(m, &r->headers, &r->nheaders, "server", "caf\xe9");
	add_header(m, &r->headers, &r->nheaders, "set-cookie", "a=1");
	add_header(m, &r->headers, &r->nheaders, "x-\xe9", "");
	r->body = BYTES("caf\xe9\0<html>");
	r->body_is_truncated = true;
	r->body_length = 524288;
	r->body_sha256 = TEXT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	r->title = TEXT("Бұғатталған");
	r->header_bytes = 900;
	r->headers_truncated = true;
	r->location = TEXT("https://www.example.org/next");
	r->first_byte_s = 1.25;
	r->last_byte_s = 2.5;
	r->fingerprint = TEXT("nv.fp.cloudflare_challenge");
	r->fingerprint_fp = true;
}

static void
fill_control(struct measurement *m)
{
	struct vantage *v = arena_alloc(m->arena, sizeof(*v));

	m->control = v;
	v->url = TEXT("https://helper.example:4443/");
	v->t0 = 0.07;
	v->t = 3.25;
	v->answered = true;
	*ARENA_PUSH(m->arena, v->tcp, v->ntcp) = (struct vantage_endpoint){
	    .endpoint = TEXT("192.0.2.1:443"), .status = true};
	*ARENA_PUSH(m->arena, v->tcp, v->ntcp) = (struct vantage_endpoint){
	    .endpoint = TEXT("[2001:db8::1]:80"), .failure = TEXT("connection_refused_error")};
	*ARENA_PUSH(m->arena, v->tls, v->ntls) =
	    (struct vantage_endpoint){.endpoint = TEXT("192.0.2.1:443"),
	        .server_name = TEXT("www.example.org"), .failure = TEXT("ssl_invalid_hostname")};
	v->http = (struct vantage_http){.asked = true, .body_length = 1533,
	    .discovered_h3_endpoint = TEXT("www.example.org:443"), .failure = TEXT("unknown_error"),
	    .title = TEXT("Example"), .status_code = 200};
	add_header(m, &v->http.headers, &v->http.nheaders, "Server", "nginx");
	v->dns_failure = TEXT("dns_name_error");
	*ARENA_PUSH(m->arena, v->addrs, v->naddrs) = TEXT("192.0.2.1");
	*ARENA_PUSH(m->arena, v->ips, v->nips) = (struct vantage_ip){TEXT("192.0.2.1"), 64500,
	    VANTAGE_IP_PROBE | VANTAGE_IP_HELPER | VANTAGE_IP_TLS_VALID};
	v->asked_url = TEXT("https://www.example.org/");
	add_header(m, &v->asked_headers, &v->nasked_headers, "Accept", "text/html");
	add_header(m, &v->asked_headers, &v->nasked_headers, "Accept", "*/*");
	*ARENA_PUSH(m->arena, v->asked_endpoints, v->nasked_endpoints) = TEXT("192.0.2.1:443");
}

static void
fill_baseline(struct measurement *m)
{
	struct baseline *b = m->baseline = baseline_new(m->arena);

	b->measured = 31;
	b->ok = 30;
	b->days = 8;
	b->last_ok_us = INT64_C(1795307400987654);
	b->bad_streak = 1;
	*ARENA_PUSH(m->arena, b->addresses, b->naddresses) =
	    (struct baseline_item){TEXT("192.0.2.1"), 29, INT64_C(1795307400987654)};
	*ARENA_PUSH(m->arena, b->addresses, b->naddresses) =
	    (struct baseline_item){TEXT("2001:db8::1"), 2, INT64_C(1794307400000001)};
	*ARENA_PUSH(m->arena, b->issuers, b->nissuers) =
	    (struct baseline_item){TEXT("1f"), 28, INT64_C(1795307400987653)};
	*ARENA_PUSH(m->arena, b->keys, b->nkeys) =
	    (struct baseline_item){TEXT("2e"), 27, INT64_C(1795307400987652)};
	b->handshake_s = 0.0625;
	b->connect_s = 0.03;
	b->rate = 123456.75;
	b->body_length = 98765;
	b->title = TEXT("Басты бет");
	*ARENA_PUSH(m->arena, b->blockpages, b->nblockpages) =
	    (struct baseline_item){TEXT("3d"), 26, INT64_C(1795307400987651)};
	b->quic = true;
}

static void
fill_quic(struct measurement *m)
{
	struct quic_ping *p = ARENA_PUSH(m->arena, m->quic, m->nquic);

	fill_common(m, &p->c, 0.07, 9, 1);
	p->address = TEXT("[2001:db8::1]:443");
	p->sent = 2;
	p->answered = 1;
	p->unexpected = 3;
	p->server_name = TEXT("www.example.org");
	*ARENA_PUSH(m->arena, p->versions, p->nversions) = 1;
	*ARENA_PUSH(m->arena, p->versions, p->nversions) = 0xfafafafa;
	p = ARENA_PUSH(m->arena, m->quic, m->nquic);
	fill_common(m, &p->c, 0.08, 0, 2);
	p->failure = "generic_timeout_error";
	p->sent = 4;
}

static void
fill_traces(struct measurement *m)
{
	struct trace_path *p = ARENA_PUSH(m->arena, m->traces, m->ntraces);

	fill_common(m, &p->c, 0.09, 0, 1);
	p->address = TEXT("192.0.2.1:443");
	p->server_name = TEXT("www.example.org");
	p->kind = "target";
	*ARENA_PUSH(m->arena, p->hops, p->nhops) =
	    (struct trace_hop){1, "expired", TEXT("192.0.2.254"), 0.25, NULL, false};
	*ARENA_PUSH(m->arena, p->hops, p->nhops) =
	    (struct trace_hop){2, "certificate", NULL, 0.5, TEXT("ab12"), true};
	p = ARENA_PUSH(m->arena, m->traces, m->ntraces);
	fill_common(m, &p->c, 0.1, 0, 1);
	p->kind = "control";
}

static void
fill_verdict(struct measurement *m)
{
	struct verdict *v = &m->verdict;

	v->status = VERDICT_LIKELY_BLOCKED;
	v->stage = STAGE_TLS;
	v->mechanism = TLS_SNI_RESET;
	v->confidence = 0.85;
	*ARENA_PUSH(m->arena, v->evidence, v->nevidence) = "sni_control_ok";
	*ARENA_PUSH(m->arena, v->evidence, v->nevidence) = "retry_3_of_3";
	v->rules = "1";
}

static void
fill_ooni(struct measurement *m)
{
	m->ooni = (struct ooni_keys){
	    .blocking = "http-failure",
	    .accessible = 0,
	    .dns_consistency = "consistent",
	    .dns_experiment_failure = "dns_nxdomain_error",
	    .http_experiment_failure = "connection_reset",
	    .body_length_match = 0,
	    .headers_match = 1,
	    .status_code_match = -1,
	    .title_match = 1,
	    .body_proportion = 1.0 / 3,
	    .x_blocking_flags = 12,
	    .x_dns_flags = 3,
	    .x_null_null_flags = 17,
	};
}

struct measurement *
sample_web(void)
{
	struct measurement *m = measurement_new();

	fill_envelope(m, "web_connectivity");
	m->input = TEXT("https://www.example.org/");
	m->list = TEXT("kz-news");
	m->category = TEXT("NEWS");
	m->role = TEXT("target");
	fill_context(m);
	fill_query(m, ARENA_PUSH(m->arena, m->queries, m->nqueries), NULL);
	fill_query(m, ARENA_PUSH(m->arena, m->queries, m->nqueries), "dns_nxdomain_error");
	fill_query(m, ARENA_PUSH(m->arena, m->duplicates, m->nduplicates), NULL);
	fill_tcp(m);
	fill_tls(m);
	fill_events(m);
	fill_requests(m);
	fill_tls(measurement_confirm(m));
	fill_query(m, ARENA_PUSH(m->arena, m->confirm->queries, m->confirm->nqueries), NULL);
	fill_control(m);
	fill_baseline(m);
	fill_quic(m);
	fill_traces(m);
	fill_verdict(m);
	fill_ooni(m);
	return m;
}

static struct event_target *
add_event_target(struct measurement *m, struct event_info *e, const char *url)
{
	struct event_target *t = ARENA_PUSH(m->arena, e->targets, e->ntargets);

	t->url = TEXT(url);
	return t;
}

struct measurement *
sample_event(void)
{
	struct measurement *m = measurement_new();
	struct event_info *e = arena_alloc(m->arena, sizeof(*e));

	fill_envelope(m, "netvane_event");
	m->event = e;
	e->kind = EVENT_ANOMALY_CHANGE;
	e->what = TEXT("https://www.example.org/ changed.");
	e->reason = TEXT("no \"reason\" \xff");
	add_event_target(m, e, "https://www.example.org/")->when =
	    (struct event_bracket){INT64_C(1795328000000001), INT64_C(1795329000000002)};
	add_event_target(m, e, "https://www.example.net/")->when = (struct event_bracket){0, INT64_C(1795329000000003)};
	e->when = (struct event_bracket){INT64_C(1795328000000004), INT64_C(1795329000000005)};
	*ARENA_PUSH(m->arena, e->evidence, e->nevidence) = TEXT("00112233445566778899aabbccddeef0");
	*ARENA_PUSH(m->arena, e->evidence, e->nevidence) = TEXT("00112233445566778899aabbccddeef1");
	e->evidence_dropped = 7;
	e->day = arena_alloc(m->arena, sizeof(*e->day));
	*e->day = (struct event_day){TEXT("2026-12-16"), TEXT("Желтоқсан"), TEXT("kz")};
	e->anomaly = arena_alloc(m->arena, sizeof(*e->anomaly));
	*e->anomaly = (struct event_anomaly){TEXT("0123456789abcdef0123456789abcdef"), true,
	    {VERDICT_LIKELY_BLOCKED, STAGE_TCP, TCP_TIMEOUT, 0.6}, {VERDICT_BLOCKED, STAGE_TLS, TLS_SNI_RESET, 0.95}};
	e->certificate = arena_alloc(m->arena, sizeof(*e->certificate));
	*e->certificate = (struct event_certificate){TEXT("c4d5"), TEXT("8f3c")};
	e->gap = arena_alloc(m->arena, sizeof(*e->gap));
	*e->gap = (struct event_gap){TEXT("fedcba9876543210fedcba9876543210"), GAP_SUSPENDED, INT64_C(1795328000000006),
	    INT64_C(1795329000000007), INT64_C(9007199254740993), INT64_C(9007199254740995),
	    {INT64_C(1795328000000008), INT64_C(1795329000000009)}, 1234.5, -3600.25};
	e->drop = arena_alloc(m->arena, sizeof(*e->drop));
	*e->drop = (struct event_drop){TEXT("2026-11-01"), 3, 4567, INT64_C(5000000000)};
	return m;
}

struct measurement *
sample_round(void)
{
	struct measurement *m = measurement_new();
	struct round_info *r = arena_alloc(m->arena, sizeof(*r));
	int i;

	fill_envelope(m, "netvane_round");
	fill_context(m);
	m->round = r;
	r->complete = true;
	r->targets = 101;
	r->measured = 100;
	for (i = 0; i < VERDICT_STATUS_MAX; i++)
		r->counts[i] = 10 + i;
	r->bytes_in = 5000000000;
	r->bytes_out = 70000;
	r->since_last_s = 21600.25;
	r->clock_offset_s = -0.75;
	r->gateway = 1;
	r->link = 0;
	r->roots = TEXT("/etc/ssl/certs");
	r->nroots = 146;
	*ARENA_PUSH(m->arena, r->added_roots, r->nadded_roots) = TEXT("ab12");
	*ARENA_PUSH(m->arena, r->notes, r->nnotes) = "dns_wildcard";
	*ARENA_PUSH(m->arena, r->controls, r->ncontrols) = (struct control_outcome){
	    TEXT("https://example.com/"), TEXT("foreign"), TEXT("before"), true, NULL, true, 204};
	*ARENA_PUSH(m->arena, r->controls, r->ncontrols) =
	    (struct control_outcome){TEXT("https://example.kz/"), TEXT("domestic"), TEXT("after"),
	        false, "connection_refused", false, 0};
	*ARENA_PUSH(m->arena, r->skipped, r->nskipped) =
	    (struct skipped){TEXT("https://example.net/"), TEXT("interrupted")};
	return m;
}
