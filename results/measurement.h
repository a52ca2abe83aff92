/*
 * The record: what one measurement of one target, or one round, saw. This header and
 * {measurement,observations}_{encode,decode}.c are the only home of the format (docs/format.md):
 * OONI's envelope and lists (data format 0.2.0), our own facts in "x_netvane" objects beside theirs.
 *
 * Everything a measurement points to lives in its arena. Strings are UTF-8 or, where the network
 * wrote them, any bytes without NUL; NULL is JSON's null. Times t0 and t are seconds since the measurement's
 * start, on the monotonic clock.
 */
#ifndef RESULTS_MEASUREMENT_H
#define RESULTS_MEASUREMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/ooni.h"
#include "results/verdict.h"

struct arena;
struct baseline;
struct buf;
struct event_info;
struct node;
struct quic_ping;
struct trace_path;
struct vantage;

struct bytes {
	uint8_t *data;
	size_t len;
};

/* Every observation begins with these. */
struct common {
	double t0, t;
	char **tags;
	size_t ntags;
	int64_t transaction_id; /* 0: none; one for each DNS query, and one for each connection */
	int attempt;		/* x_netvane: 1, 2, 3 */
};

struct answer {
	char *type; /* "A", "AAAA", "CNAME", ... */
	char *address; /* A, AAAA: textual */
	char *hostname; /* CNAME */
	int64_t ttl; /* seconds; -1 unknown */
	int64_t asn; /* 0 unknown */
	char *as_org_name;
};

/* One UDP datagram, TCP message or DoH body that came back on a query's socket. */
struct datagram {
	double t;
	int ip_ttl; /* as received; -1 unknown */
	int rcode; /* -1 not parsed */
	struct bytes bytes;
	/* "answer" (the one used), "duplicate" (a later valid one), "truncated", "wrong_id",
	 * "wrong_question", "malformed", "edns_refused" (asked again without EDNS) */
	const char *kind;
	bool case_mismatch; /* valid, but the name's 0x20 case did not come back */
};

enum resolver_role {
	RESOLVER_SYSTEM, /* from resolv.conf */
	RESOLVER_SECOND, /* configured, over UDP */
	RESOLVER_DOH, /* configured, over HTTPS */
	RESOLVER_ROLE_MAX
};
/* "system", "second", "doh". */
const char *resolver_role_name(enum resolver_role role);
/* RESOLVER_ROLE_MAX for a name that is none. */
enum resolver_role resolver_role_find(const char *name);

struct query {
	struct common c;
	const char *engine; /* "system", "udp", "tcp", "doh"; others in OONI's records */
	const char *failure;
	char *hostname;
	char *query_type; /* "A", "AAAA"; "ANY" for OONI's getaddrinfo */
	char *resolver_address; /* "192.0.2.1:53" or the DoH URL */
	int rcode; /* -1 none */
	struct bytes raw_response; /* len 0: null */
	struct answer *answers;
	size_t nanswers;
	/* x_netvane */
	enum resolver_role role;
	const char *transport; /* "udp", "tcp", "https" */
	struct datagram *datagrams;
	size_t ndatagrams;
	int64_t datagrams_dropped; /* came, but were past the bounds of what is kept */
};

struct tcp_connect {
	struct common c;
	char *ip;
	int port;
	const char *failure; /* success is failure == NULL */
	int err; /* x_netvane: errno, 0 none */
};

/* One thing that OpenSSL's verifier found wrong. */
struct verify_error {
	int depth; /* 0 the leaf */
	int code; /* X509_V_ERR_* */
	const char *name; /* X509_verify_cert_error_string */
};

struct tls_handshake {
	struct common c;
	char *address; /* "192.0.2.1:443" */
	const char *failure;
	char *server_name;
	const char *tls_version; /* "TLSv1.3"; "" before it is known */
	const char *cipher_suite; /* IANA name; "" before it is known */
	char *negotiated_protocol; /* ALPN; "" none */
	bool no_tls_verify; /* always false: we record a bad certificate, we never accept it */
	struct bytes *certificates; /* DER, leaf first, as the peer sent them */
	size_t ncertificates;
	/* x_netvane */
	const char *step; /* how far it got: see tls_step names in probe/check_tls.c */
	int err; /* errno at the end, 0 none */
	int alert; /* received alert number, -1 none */
	int64_t bytes_in, bytes_out; /* TLS record bytes, both ways */
	struct verify_error *verify_errors;
	size_t nverify_errors;
	int host_ok; /* 1 the leaf is for the server name, 0 not, -1 no certificate */
	int os_trusted; /* 1 the machine's own store accepts the chain, 0 not, -1 not asked */
	/* Hex, of the first certificate; NULL none. In `confirm`, a chain that stands in this record already is left out. */
	char *leaf_sha256;
};

struct network_event {
	struct common c;
	char *address; /* "" where there is none */
	const char *failure;
	int64_t num_bytes; /* 0: left out */
	const char *operation; /* "connect", "tls_handshake_start", "read", ... */
	const char *proto; /* "tcp", "udp" */
};

struct http_header {
	char *name;
	char *value; /* any bytes */
};

struct http_request {
	struct common c;
	char *address; /* "192.0.2.1:443" */
	char *alpn; /* "h2", "http/1.1", "" */
	const char *failure;
	char *url, *method;
	struct http_header *request_headers;
	size_t nrequest_headers;
	int code; /* 0: no response; then response is empty, as OONI has it */
	struct http_header *headers;
	size_t nheaders;
	struct bytes body; /* kept only where the volunteer asked for it */
	bool body_is_truncated; /* the cap cut it */
	/* x_netvane */
	int64_t body_length; /* bytes read, the cap at most */
	char *body_sha256; /* hex, of those bytes; NULL without a response */
	char *title; /* of an HTML page, white space folded; NULL none */
	int64_t header_bytes; /* all that came, also past the cap on what is kept */
	bool headers_truncated;
	char *location; /* the absolute URL a redirect points to; NULL none */
	const char *fingerprint; /* name of the pattern the response matched (results/blockpage.h); NULL none */
	bool fingerprint_fp; /* a pattern of pages that are no block pages */
	double first_byte_s, last_byte_s; /* when bytes of the response came, as t0 and t; -1 never */
	int err; /* errno, 0 none */
};

enum network_state {
	NETWORK_UNKNOWN, /* not looked at */
	NETWORK_ONLINE,
	NETWORK_DEGRADED,
	NETWORK_CAPTIVE_PORTAL,
	NETWORK_FOREIGN_CUT,
	NETWORK_SHUTDOWN,
	NETWORK_OFFLINE,
	NETWORK_STATE_MAX
};
const char *network_state_name(enum network_state state);
/* NETWORK_STATE_MAX for a name that is none. */
enum network_state network_state_find(const char *name);

enum ipv6_state { IPV6_UNKNOWN, IPV6_OK, IPV6_BROKEN, IPV6_ABSENT, IPV6_STATE_MAX };
const char *ipv6_state_name(enum ipv6_state state);
enum ipv6_state ipv6_state_find(const char *name);

/* How a resolver did on the round's control names. */
struct resolver_health {
	char *address;
	enum resolver_role role;
	int asked, answered; /* control names asked, and those with an address in the answer */
	int silent; /* those with no answer at all */
	int untrusted; /* DoH: those that met a certificate which does not verify */
};

/* How one control did. */
struct control_outcome {
	char *url;
	char *kind; /* "foreign", "domestic", "portal" */
	char *phase; /* "before", "after" */
	bool ok;
	const char *failure; /* first failure met, NULL when ok */
	bool untrusted; /* answered with a certificate that the public roots do not vouch for */
	int code; /* HTTP status, 0 none */
};

/* The circumstances a verdict leans on; kept in the record so that it can be judged again. */
struct context {
	enum network_state network;
	enum ipv6_state ipv6;
	bool local_interception;
	int foreign_ok, foreign_asked; /* controls of this round so far */
	int domestic_ok, domestic_asked;
	int others_ok; /* other targets of this round that were reached over valid TLS so far */
	struct resolver_health *resolvers;
	size_t nresolvers;
	/* How many other targets of the round, of unrelated sites, share what is odd about this one. */
	int same_issuer; /* an untrusted certificate of the same issuer */
	int same_issuer_abroad; /* of those, not under the line's own top-level domain */
	int same_page; /* the same page, over plain HTTP or from a doubtful address */
	int same_address; /* the system's resolver names the same address, and the site is not there */
	/* What pages and handshakes of the round's other targets and controls came to. */
	int usual_n;
	double usual_rate; /* median bytes/s of pages, NAN unknown */
	double usual_handshake_s; /* median, NAN unknown */
};

struct skipped {
	char *what, *why;
};

/* What a netvane_round record says beside its context. */
struct round_info {
	bool complete; /* false: interrupted */
	int64_t targets; /* meant to be measured */
	int64_t measured;
	int64_t counts[VERDICT_STATUS_MAX];
	int64_t bytes_in, bytes_out; /* payload of our sockets; no headers below TCP and UDP */
	double since_last_s; /* since the last round's start; -1 unknown */
	double clock_offset_s; /* NAN unknown */
	int gateway; /* 1 answers, 0 does not, -1 unknown */
	int link; /* 1 an interface other than loopback is up, 0 none, -1 unknown */
	char *roots; /* where the public roots came from */
	int64_t nroots;
	char **added_roots; /* SHA-256 fingerprints of roots an administrator added to the machine's store */
	size_t nadded_roots;
	struct control_outcome *controls;
	size_t ncontrols;
	struct skipped *skipped;
	size_t nskipped;
	const char **notes; /* findings about the network that are nobody's verdict: docs/format.md */
	size_t nnotes;
};

struct annotation {
	char *key, *value;
};

struct measurement {
	struct arena *arena;
	/* OONI's envelope */
	char *id; /* 32 hex digits */
	char *test_name; /* "web_connectivity", "netvane_round", ... */
	char *test_version;
	char *input; /* URL; NULL for a round */
	int64_t start_us; /* wall clock; measurement_start_time */
	int64_t round_start_us; /* wall clock; test_start_time */
	double runtime; /* s */
	char *probe_asn, *probe_cc, *probe_network_name;
	char *resolver_asn, *resolver_ip, *resolver_network_name;
	char *report_id;
	char *uid; /* OONI's archive: measurement_uid; never in ours, and not written */
	char *software_name, *software_version;
	struct annotation *annotations;
	size_t nannotations;

	/* test_keys: OONI's lists */
	struct query *queries;
	size_t nqueries;
	struct query *duplicates; /* x_dns_duplicate_responses */
	size_t nduplicates;
	struct tcp_connect *tcp;
	size_t ntcp;
	struct tls_handshake *tls;
	size_t ntls;
	struct network_event *events;
	size_t nevents;
	struct http_request *requests; /* in the order made; the record has newest first */
	size_t nrequests;

	/* test_keys: what a control vantage saw of the same target; NULL: none was asked */
	struct vantage *control;

	/* test_keys: OONI's verdict */
	struct ooni_keys ooni;

	/* test_keys.x_netvane; has_x is false for a record of somebody else's */
	bool has_x;
	int64_t start_mono_ns;
	int64_t last_transaction_id; /* not recorded: hands out the ids of a running measurement */
	char *round_id;
	char *list; /* the list's name the target came from */
	char *category;
	char *role; /* "target", "control" */
	struct context context;
	/*
	 * Connections and look-ups that test an explanation rather than the target (probe/confirm.c): the same lists,
	 * kept apart so that OONI's readers do not take them for the target's. Tags say why each was made:
	 * "why=sni_control", ... NULL: none. Has the measurement's arena and start.
	 */
	struct measurement *confirm;
	struct measurement *confirms; /* in such a one: the measurement it belongs to; not recorded */
	struct quic_ping *quic;
	size_t nquic;
	struct trace_path *traces;
	size_t ntraces;
	struct baseline *baseline; /* what was normal here; NULL: nothing is known */
	struct verdict verdict; /* web_connectivity only */
	struct round_info *round; /* netvane_round only */
	struct event_info *event; /* netvane_event only */
};

/* An empty measurement of our own (has_x) with its arena; accessible is unknown. */
struct measurement *measurement_new(void);
/* Its m->confirm, made if there is none. */
struct measurement *measurement_confirm(struct measurement *m);
/* NULL is fine. */
void measurement_free(struct measurement *m);

/* Appends the record as one JSON object and a newline. */
void measurement_encode(const struct measurement *m, struct buf *out);
/*
 * Reads one JSON object of ours or OONI's (any data format 0.2.0 test). What is missing is left at
 * its unknown value; so is what has the wrong type or an impossible value, and that is counted in
 * *oddities (NULL: not wanted). Returns NULL, and says why in error (size bytes), when it is no
 * JSON object or names no test. Pure: fuzzed.
 */
struct measurement *measurement_decode(const char *json, size_t len, size_t *oddities,
    char *error, size_t size);
/*
 * MEASUREMENT_BRIEF: who measured what and when, its recorded verdict, and a round's state; no observations. A record of ours
 * without a verdict has to be read in full to be judged.
 */
enum measurement_depth { MEASUREMENT_FULL, MEASUREMENT_BRIEF };
/* The same for text that is parsed already (results/json_node.h); keeps nothing of the nodes. */
struct measurement *measurement_of(const struct node *root, enum measurement_depth depth,
    size_t *oddities, char *error, size_t size);

#endif
