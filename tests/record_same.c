/* Compares two records, every field of every part; see record_sample.h. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "results/baseline.h"
#include "results/event.h"
#include "results/measurement.h"
#include "results/vantage.h"
#include "results/quic_ping.h"
#include "results/trace_path.h"
#include "tests/record_sample.h"

/* What is being compared: the name of the field, for the message. */
static void
same_text(const char *a, const char *b, const char *field)
{
	if (a == b || (a != NULL && b != NULL && strcmp(a, b) == 0))
		return;
	fail_msg(
	    "%s: \"%s\" is not \"%s\"", field, a != NULL ? a : "(null)", b != NULL ? b : "(null)");
}

static void
same_int(int64_t a, int64_t b, const char *field)
{
	if (a != b)
		fail_msg("%s: %lld is not %lld", field, (long long)a, (long long)b);
}

static void
same_double(double a, double b, const char *field)
{
	if (memcmp(&a, &b, sizeof(a)) != 0 && !(isnan(a) && isnan(b)))
		fail_msg("%s: %.17g is not %.17g", field, a, b);
}

static void
same_bytes(const struct bytes *a, const struct bytes *b, const char *field)
{
	same_int((int64_t)a->len, (int64_t)b->len, field);
	if (a->len > 0)
		assert_memory_equal(a->data, b->data, a->len);
}

#define SAME_TEXT(f) same_text(a->f, b->f, #f)
#define SAME_INT(f) same_int((int64_t)a->f, (int64_t)b->f, #f)
#define SAME_DOUBLE(f) same_double(a->f, b->f, #f)
#define SAME_BYTES(f) same_bytes(&a->f, &b->f, #f)
/* Two lists of n items each, by the function for one item. */
#define SAME_LIST(items, n, same)                           \
	do {                                                \
		SAME_INT(n);                                \
		for (size_t i_ = 0; i_ < a->n; i_++)        \
			same(&a->items[i_], &b->items[i_]); \
	} while (0)

static void
same_string(char *const *a, char *const *b)
{
	same_text(*a, *b, "string in a list");
}

static void
same_evidence(const char *const *a, const char *const *b)
{
	same_text(*a, *b, "evidence");
}

static void
same_common(const struct common *a, const struct common *b)
{
	SAME_DOUBLE(t0);
	SAME_DOUBLE(t);
	SAME_LIST(tags, ntags, same_string);
	SAME_INT(transaction_id);
	SAME_INT(attempt);
}

static void
same_answer(const struct answer *a, const struct answer *b)
{
	SAME_TEXT(type);
	SAME_TEXT(address);
	SAME_TEXT(hostname);
	SAME_INT(ttl);
	SAME_INT(asn);
	SAME_TEXT(as_org_name);
}

static void
same_datagram(const struct datagram *a, const struct datagram *b)
{
	SAME_DOUBLE(t);
	SAME_INT(ip_ttl);
	SAME_INT(rcode);
	SAME_BYTES(bytes);
	SAME_TEXT(kind);
	SAME_INT(case_mismatch);
}

static void
same_query(const struct query *a, const struct query *b)
{
	same_common(&a->c, &b->c);
	SAME_TEXT(engine);
	SAME_TEXT(failure);
	SAME_TEXT(hostname);
	SAME_TEXT(query_type);
	SAME_TEXT(resolver_address);
	SAME_INT(rcode);
	SAME_BYTES(raw_response);
	SAME_LIST(answers, nanswers, same_answer);
	SAME_INT(role);
	SAME_TEXT(transport);
	SAME_INT(datagrams_dropped);
	SAME_LIST(datagrams, ndatagrams, same_datagram);
}

static void
same_tcp(const struct tcp_connect *a, const struct tcp_connect *b)
{
	same_common(&a->c, &b->c);
	SAME_TEXT(ip);
	SAME_INT(port);
	SAME_TEXT(failure);
	SAME_INT(err);
}

static void
same_verify_error(const struct verify_error *a, const struct verify_error *b)
{
	SAME_INT(depth);
	SAME_INT(code);
	SAME_TEXT(name);
}

static void
same_certificate(const struct bytes *a, const struct bytes *b)
{
	same_bytes(a, b, "certificate");
}

static void
same_tls(const struct tls_handshake *a, const struct tls_handshake *b)
{
	same_common(&a->c, &b->c);
	SAME_TEXT(address);
	SAME_TEXT(failure);
	SAME_TEXT(server_name);
	SAME_TEXT(tls_version);
	SAME_TEXT(cipher_suite);
	SAME_TEXT(negotiated_protocol);
	SAME_INT(no_tls_verify);
	SAME_LIST(certificates, ncertificates, same_certificate);
	SAME_TEXT(step);
	SAME_INT(err);
	SAME_INT(alert);
	SAME_INT(bytes_in);
	SAME_INT(bytes_out);
	SAME_LIST(verify_errors, nverify_errors, same_verify_error);
	SAME_INT(host_ok);
	SAME_INT(os_trusted);
	SAME_TEXT(leaf_sha256);
}

static void
same_event(const struct network_event *a, const struct network_event *b)
{
	same_common(&a->c, &b->c);
	SAME_TEXT(address);
	SAME_TEXT(failure);
	SAME_INT(num_bytes);
	SAME_TEXT(operation);
	SAME_TEXT(proto);
}

static void
same_header(const struct http_header *a, const struct http_header *b)
{
	SAME_TEXT(name);
	SAME_TEXT(value);
}

static void
same_request(const struct http_request *a, const struct http_request *b)
{
	same_common(&a->c, &b->c);
	SAME_TEXT(address);
	SAME_TEXT(alpn);
	SAME_TEXT(failure);
	SAME_TEXT(url);
	SAME_TEXT(method);
	SAME_LIST(request_headers, nrequest_headers, same_header);
	SAME_INT(code);
	SAME_LIST(headers, nheaders, same_header);
	SAME_BYTES(body);
	SAME_INT(body_is_truncated);
	SAME_INT(body_length);
	SAME_TEXT(body_sha256);
	SAME_TEXT(title);
	SAME_INT(header_bytes);
	SAME_INT(headers_truncated);
	SAME_TEXT(location);
	SAME_DOUBLE(first_byte_s);
	SAME_DOUBLE(last_byte_s);
	SAME_TEXT(fingerprint);
	SAME_INT(fingerprint_fp);
	SAME_INT(err);
}

static void
same_vantage_endpoint(const struct vantage_endpoint *a, const struct vantage_endpoint *b)
{
	SAME_TEXT(endpoint);
	SAME_TEXT(server_name);
	SAME_INT(status);
	SAME_TEXT(failure);
}

static void
same_vantage_ip(const struct vantage_ip *a, const struct vantage_ip *b)
{
	SAME_TEXT(ip);
	SAME_INT(asn);
	SAME_INT(flags);
}

static void
same_vantage(const struct vantage *a, const struct vantage *b)
{
	SAME_TEXT(url);
	SAME_DOUBLE(t0);
	SAME_DOUBLE(t);
	SAME_TEXT(failure);
	SAME_INT(answered);
	SAME_LIST(tcp, ntcp, same_vantage_endpoint);
	SAME_LIST(tls, ntls, same_vantage_endpoint);
	SAME_INT(http.asked);
	SAME_INT(http.body_length);
	SAME_TEXT(http.discovered_h3_endpoint);
	SAME_TEXT(http.failure);
	SAME_TEXT(http.title);
	SAME_LIST(http.headers, http.nheaders, same_header);
	SAME_INT(http.status_code);
	SAME_TEXT(dns_failure);
	SAME_LIST(addrs, naddrs, same_string);
	SAME_LIST(ips, nips, same_vantage_ip);
	SAME_TEXT(asked_url);
	SAME_LIST(asked_headers, nasked_headers, same_header);
	SAME_LIST(asked_endpoints, nasked_endpoints, same_string);
}

static void
same_version(const uint32_t *a, const uint32_t *b)
{
	same_int(*a, *b, "version");
}

static void
same_quic(const struct quic_ping *a, const struct quic_ping *b)
{
	same_common(&a->c, &b->c);
	SAME_TEXT(address);
	SAME_TEXT(failure);
	SAME_INT(sent);
	SAME_INT(answered);
	SAME_INT(unexpected);
	SAME_TEXT(server_name);
	SAME_LIST(versions, nversions, same_version);
}

static void
same_hop(const struct trace_hop *a, const struct trace_hop *b)
{
	SAME_INT(ttl);
	SAME_TEXT(outcome);
	SAME_TEXT(from);
	SAME_DOUBLE(t);
	SAME_TEXT(certificate_sha256);
	SAME_INT(trusted);
}

static void
same_trace(const struct trace_path *a, const struct trace_path *b)
{
	same_common(&a->c, &b->c);
	SAME_TEXT(address);
	SAME_TEXT(server_name);
	SAME_TEXT(kind);
	SAME_LIST(hops, nhops, same_hop);
}

static void
same_resolver(const struct resolver_health *a, const struct resolver_health *b)
{
	SAME_TEXT(address);
	SAME_INT(role);
	SAME_INT(asked);
	SAME_INT(answered);
	SAME_INT(silent);
	SAME_INT(untrusted);
}

static void
same_context(const struct context *a, const struct context *b)
{
	SAME_INT(network);
	SAME_INT(ipv6);
	SAME_INT(local_interception);
	SAME_INT(foreign_ok);
	SAME_INT(foreign_asked);
	SAME_INT(domestic_ok);
	SAME_INT(others_ok);
	SAME_INT(domestic_asked);
	SAME_LIST(resolvers, nresolvers, same_resolver);
	SAME_INT(same_issuer);
	SAME_INT(same_issuer_abroad);
	SAME_INT(same_page);
	SAME_INT(same_address);
	SAME_INT(usual_n);
	SAME_DOUBLE(usual_rate);
	SAME_DOUBLE(usual_handshake_s);
}

static void
same_baseline_item(const struct baseline_item *a, const struct baseline_item *b)
{
	SAME_TEXT(value);
	SAME_INT(count);
	SAME_INT(last_us);
}

static void
same_baseline(const struct baseline *a, const struct baseline *b)
{
	SAME_INT(measured);
	SAME_INT(ok);
	SAME_INT(days);
	SAME_INT(last_ok_us);
	SAME_INT(bad_streak);
	SAME_LIST(addresses, naddresses, same_baseline_item);
	SAME_LIST(issuers, nissuers, same_baseline_item);
	SAME_LIST(keys, nkeys, same_baseline_item);
	SAME_DOUBLE(handshake_s);
	SAME_DOUBLE(connect_s);
	SAME_DOUBLE(rate);
	SAME_INT(body_length);
	SAME_TEXT(title);
	SAME_LIST(blockpages, nblockpages, same_baseline_item);
	SAME_INT(quic);
}

static void
same_verdict(const struct verdict *a, const struct verdict *b)
{
	SAME_INT(status);
	SAME_INT(stage);
	SAME_INT(mechanism);
	SAME_DOUBLE(confidence);
	SAME_LIST(evidence, nevidence, same_evidence);
	SAME_TEXT(rules);
}

static void
same_ooni(const struct ooni_keys *a, const struct ooni_keys *b)
{
	SAME_TEXT(blocking);
	SAME_INT(accessible);
	SAME_TEXT(dns_consistency);
	SAME_TEXT(dns_experiment_failure);
	SAME_TEXT(http_experiment_failure);
	SAME_TEXT(control_failure);
	SAME_INT(body_length_match);
	SAME_INT(headers_match);
	SAME_INT(status_code_match);
	SAME_INT(title_match);
	SAME_DOUBLE(body_proportion);
	SAME_INT(x_blocking_flags);
	SAME_INT(x_dns_flags);
	SAME_INT(x_null_null_flags);
}

static void
same_control(const struct control_outcome *a, const struct control_outcome *b)
{
	SAME_TEXT(url);
	SAME_TEXT(kind);
	SAME_TEXT(phase);
	SAME_INT(ok);
	SAME_TEXT(failure);
	SAME_INT(untrusted);
	SAME_INT(code);
}

static void
same_skipped(const struct skipped *a, const struct skipped *b)
{
	SAME_TEXT(what);
	SAME_TEXT(why);
}

static void
same_round(const struct round_info *a, const struct round_info *b)
{
	int i;

	SAME_INT(complete);
	SAME_INT(targets);
	SAME_INT(measured);
	for (i = 0; i < VERDICT_STATUS_MAX; i++)
		SAME_INT(counts[i]);
	SAME_INT(bytes_in);
	SAME_INT(bytes_out);
	SAME_DOUBLE(since_last_s);
	SAME_DOUBLE(clock_offset_s);
	SAME_INT(gateway);
	SAME_INT(link);
	SAME_TEXT(roots);
	SAME_INT(nroots);
	SAME_LIST(added_roots, nadded_roots, same_string);
	SAME_LIST(controls, ncontrols, same_control);
	SAME_LIST(skipped, nskipped, same_skipped);
	SAME_LIST(notes, nnotes, same_evidence);
}

static void
same_bracket(const struct event_bracket *a, const struct event_bracket *b)
{
	SAME_INT(not_before_us);
	SAME_INT(not_after_us);
}

static void
same_event_target(const struct event_target *a, const struct event_target *b)
{
	SAME_TEXT(url);
	same_bracket(&a->when, &b->when);
}

static void
same_view(const struct event_view *a, const struct event_view *b)
{
	SAME_INT(status);
	SAME_INT(stage);
	SAME_INT(mechanism);
	SAME_DOUBLE(confidence);
}

static void
same_anomaly(const struct event_anomaly *a, const struct event_anomaly *b)
{
	SAME_TEXT(id);
	SAME_INT(intermittent);
	same_view(&a->before, &b->before);
	same_view(&a->after, &b->after);
}

static void
same_event_certificate(const struct event_certificate *a, const struct event_certificate *b)
{
	SAME_TEXT(key);
	SAME_TEXT(issuer);
}

static void
same_gap(const struct event_gap *a, const struct event_gap *b)
{
	SAME_TEXT(id);
	SAME_INT(cause);
	SAME_INT(from_us);
	SAME_INT(until_us);
	SAME_INT(from_mono_ns);
	SAME_INT(until_mono_ns);
	same_bracket(&a->end, &b->end);
	SAME_DOUBLE(suspended_s);
	SAME_DOUBLE(clock_step_s);
}

static void
same_drop(const struct event_drop *a, const struct event_drop *b)
{
	SAME_TEXT(day);
	SAME_INT(segments);
	SAME_INT(records);
	SAME_INT(bytes);
}

static void
same_day(const struct event_day *a, const struct event_day *b)
{
	SAME_TEXT(day);
	SAME_TEXT(text);
	SAME_TEXT(calendar);
}

/* A part that only some events have. */
#define SAME_PART(field, same) \
	do { \
		assert_int_equal(a->field != NULL, b->field != NULL); \
		if (a->field != NULL) \
			same(a->field, b->field); \
	} while (0)

static void
same_event_info(const struct event_info *a, const struct event_info *b)
{
	SAME_INT(kind);
	SAME_TEXT(what);
	SAME_TEXT(reason);
	SAME_LIST(targets, ntargets, same_event_target);
	same_bracket(&a->when, &b->when);
	SAME_LIST(evidence, nevidence, same_string);
	SAME_INT(evidence_dropped);
	SAME_PART(day, same_day);
	SAME_PART(anomaly, same_anomaly);
	SAME_PART(certificate, same_event_certificate);
	SAME_PART(gap, same_gap);
	SAME_PART(drop, same_drop);
}

static void
same_annotation(const struct annotation *a, const struct annotation *b)
{
	SAME_TEXT(key);
	SAME_TEXT(value);
}

static void
same_envelope(const struct measurement *a, const struct measurement *b)
{
	SAME_TEXT(id);
	SAME_TEXT(test_name);
	SAME_TEXT(test_version);
	SAME_TEXT(input);
	SAME_INT(start_us);
	SAME_INT(round_start_us);
	SAME_DOUBLE(runtime);
	SAME_TEXT(probe_asn);
	SAME_TEXT(probe_cc);
	SAME_TEXT(probe_network_name);
	SAME_TEXT(resolver_asn);
	SAME_TEXT(resolver_ip);
	SAME_TEXT(resolver_network_name);
	SAME_TEXT(report_id);
	SAME_TEXT(software_name);
	SAME_TEXT(software_version);
	SAME_LIST(annotations, nannotations, same_annotation);
}

static void
same_observations(const struct measurement *a, const struct measurement *b)
{
	SAME_LIST(queries, nqueries, same_query);
	SAME_LIST(duplicates, nduplicates, same_query);
	SAME_LIST(tcp, ntcp, same_tcp);
	SAME_LIST(tls, ntls, same_tls);
	SAME_LIST(events, nevents, same_event);
	SAME_LIST(requests, nrequests, same_request);
}

void
assert_same_record(const struct measurement *a, const struct measurement *b)
{
	same_envelope(a, b);
	same_observations(a, b);
	assert_int_equal(a->confirm != NULL, b->confirm != NULL);
	if (a->confirm != NULL)
		same_observations(a->confirm, b->confirm);
	assert_int_equal(a->control != NULL, b->control != NULL);
	if (a->control != NULL)
		same_vantage(a->control, b->control);
	SAME_LIST(quic, nquic, same_quic);
	SAME_LIST(traces, ntraces, same_trace);
	same_ooni(&a->ooni, &b->ooni);
	SAME_INT(has_x);
	SAME_INT(start_mono_ns);
	SAME_TEXT(round_id);
	SAME_TEXT(list);
	SAME_TEXT(category);
	SAME_TEXT(role);
	same_context(&a->context, &b->context);
	same_verdict(&a->verdict, &b->verdict);
	assert_int_equal(a->baseline != NULL, b->baseline != NULL);
	if (a->baseline != NULL)
		same_baseline(a->baseline, b->baseline);
	assert_int_equal(a->round != NULL, b->round != NULL);
	if (a->round != NULL)
		same_round(a->round, b->round);
	SAME_PART(event, same_event_info);
}
