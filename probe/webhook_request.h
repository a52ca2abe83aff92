/* One POST at a time to a webhook: its host is looked up, the record sent, the status of the answer read. */
#ifndef PROBE_WEBHOOK_REQUEST_H
#define PROBE_WEBHOOK_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probe;
struct webhook_request;

struct webhook_outcome {
	bool cut; /* by webhook_request_cut: nothing else is known */
	long status; /* 0: no answer came */
	int64_t asked_s; /* Retry-After in seconds; 0 none */
	const char *failure; /* why there is no answer; NULL unless status is 0 */
};

/* url: a good one (webhook_url_wrong). header: one line, NULL none. Both are copied. time_ms: after the look-up. */
struct webhook_request *webhook_request_new(struct probe *probe, const char *url, const char *header, int time_ms);
/* Not while it runs. NULL is fine. */
void webhook_request_free(struct webhook_request *request);
bool webhook_request_runs(const struct webhook_request *request);
/*
 * Not while it runs. id goes along as Idempotency-Key; body is borrowed until done, which is called once, from the loop; then the next
 * one may be started.
 */
void webhook_request_start(struct webhook_request *request, const char *id, const void *body, size_t len,
    void (*done)(const struct webhook_outcome *outcome, void *arg), void *arg);
/* Ends what runs; done follows. Fine when nothing does. */
void webhook_request_cut(struct webhook_request *request);

#endif
