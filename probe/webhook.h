/*
 * Sends records to somebody's server, one after the other and in order: POST, JSON, over HTTPS with the public roots. What is not
 * taken is tried again, for as long as it takes; meanwhile it waits in an outbox, which outlives the process. A redirect is followed
 * nowhere, no cookie is kept, and no connection.
 */
#ifndef PROBE_WEBHOOK_H
#define PROBE_WEBHOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probe;
struct webhook;

/* Of waiting_max records and waiting_bytes the oldest give way. first_pause_ms: see webhook_retry.h. time_ms: for one try. */
enum {
	WEBHOOK_WAITING_MAX = 500,
	WEBHOOK_WAITING_BYTES = 8 * 1024 * 1024,
	WEBHOOK_FIRST_PAUSE_MS = 5000,
	WEBHOOK_TIME_MS = 30000,
	/* A record that is answered so often with 5xx and the like is given up: others wait behind it. That takes half a day. */
	WEBHOOK_ANSWERS_MAX = 50,
};

struct webhook_options {
	const char *url; /* as webhook_url_wrong wants it */
	const char *header_file; /* one header line, read now; NULL none */
	const char *outbox; /* directory: STATE/outbox */
	size_t waiting_max, waiting_bytes;
	int first_pause_ms, time_ms;
};

struct webhook_counts {
	uint64_t sent; /* and taken */
	uint64_t refused; /* by the server, and not sent again */
	uint64_t failures; /* tries that will be repeated */
	uint64_t dropped; /* gave way to newer ones, or their file was lost */
	size_t waiting;
};

/*
 * Begins with what an earlier process left in the outbox. Its traffic is counted as the probe's. Returns NULL after logging what is
 * wrong with the URL or the header. The probe outlives it.
 */
struct webhook *webhook_new(struct probe *probe, const struct webhook_options *options);
/* Takes a record; it is in the outbox when this returns. id: the record's, as outbox_add wants it; the server gets it as Idempotency-Key. */
void webhook_send(struct webhook *webhook, const char *id, const void *json, size_t len);
/*
 * held: nothing is sent from now on, and what is under way is cut off (a pause; no use while the line is dead). Then, not held: tries
 * again at once. Records are taken all the same.
 */
void webhook_hold(struct webhook *webhook, bool held);
/*
 * Sends what it can within that time, without waiting for those that do not take it; the rest stays in the outbox. Calls done, once,
 * from the loop: now it may be freed. Due before webhook_free, also when the probe is replaced.
 */
void webhook_stop(struct webhook *webhook, int within_ms, void (*done)(void *arg), void *arg);
/* After `done`, or when the loop never ran. NULL is fine. */
void webhook_free(struct webhook *webhook);
void webhook_count(const struct webhook *webhook, struct webhook_counts *counts);

#endif
