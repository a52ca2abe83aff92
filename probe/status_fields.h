/*
 * The single values of a status in one table: what each is called in JSON and among the metrics. Lists (targets, anomalies,
 * gaps) and states of the network are not in it.
 */
#ifndef PROBE_STATUS_FIELDS_H
#define PROBE_STATUS_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct status;

enum status_kind {
	STATUS_NUMBER, /* int64_t, 0 or more; -1 not known */
	STATUS_TIME, /* int64_t, microseconds; 0 not known */
	STATUS_FLAG, /* bool */
	STATUS_TEXT /* char * */
};

struct status_field {
	const char *section, *key; /* of JSON; fields of a section stand together */
	enum status_kind kind;
	size_t offset; /* in struct status */
	const char *metric; /* its name; NULL: it is none. Of a text, whether there is one */
	const char *help;
	bool counter;
};

/* The i-th; NULL past the last. */
const struct status_field *status_field(size_t i);
/* Its place in a status: an int64_t, bool or char * by its kind. */
void *status_field_at(struct status *status, const struct status_field *field);
const void *status_field_of(const struct status *status, const struct status_field *field);

#endif
