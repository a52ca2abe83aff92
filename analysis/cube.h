/*
 * The cube: how many measurements came to what, per hour, target, network, status and mechanism. What was not measured has no
 * cell and is missing, never zero; rounds, counted beside, tell a target that was not measured from a line that was dead.
 * Outcomes may come in any order. Pure.
 *
 * A cell takes 16 bytes, whatever it counts: a target measured all year, in one network, some 140 KB.
 */
#ifndef ANALYSIS_CUBE_H
#define ANALYSIS_CUBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/measurement.h"

struct outcome;

struct cube_network {
	uint32_t asn; /* 0 unknown */
	char cc[3]; /* "" unknown */
};

struct cube_cell {
	int32_t hour; /* whole hours since 1970 */
	uint8_t status; /* enum verdict_status; of rounds, enum network_state */
	uint8_t mechanism; /* enum mechanism; of rounds 0 */
	uint32_t n;
	float weight; /* sum of the confidences */
};

/* One target in one network; cells by hour, status, mechanism. */
struct cube_series {
	uint32_t target, network;
	const struct cube_cell *cells;
	size_t ncells;
};

/* What some hours of a series come to. */
struct cube_sum {
	int64_t n;
	int64_t counts[VERDICT_STATUS_MAX];
	double weights[VERDICT_STATUS_MAX]; /* of the same, weighted by confidence */
	int64_t well, bad; /* of n, as outcome_says has it; the rest says nothing */
};

/* What is known of a target in some hours. */
enum cube_presence {
	CUBE_MEASURED,
	CUBE_LINE_DEAD, /* not measured; rounds were made, and none found a working network */
	CUBE_NOT_ITS_TURN, /* not measured, though a round found the network working */
	CUBE_NOBODY_LOOKED /* there was no round either: probe off, or records of others, which have none */
};

struct cube;

struct cube *cube_new(void);
void cube_free(struct cube *cube);
/* Counts an outcome; one without a sensible time (years 1970 to 9999) is left out. */
void cube_add(struct cube *cube, const struct outcome *outcome);

size_t cube_targets(const struct cube *cube);
const char *cube_target(const struct cube *cube, size_t target);
size_t cube_networks(const struct cube *cube);
const struct cube_network *cube_network(const struct cube *cube, size_t network);

/* Cells are valid until the next cube_add. */
size_t cube_nseries(const struct cube *cube);
struct cube_series cube_series(struct cube *cube, size_t i);
/* The series of a target in a network; false: it was never measured there. */
bool cube_find(struct cube *cube, uint32_t target, uint32_t network, struct cube_series *out);
/* The network's rounds; no cells where there are none. `target` is meaningless. */
struct cube_series cube_rounds(struct cube *cube, uint32_t network);

/* The hour that a moment lies in. A day of UTC is 24 of them; of a place, what tzdata says. */
int32_t cube_hour(int64_t us);
/* Adds up from <= hour < until; false when nothing was measured in them, and out is all zero. */
bool cube_sum(const struct cube_series *series, int32_t from, int32_t until, struct cube_sum *out);
enum cube_presence cube_presence(
    struct cube *cube, uint32_t target, uint32_t network, int32_t from, int32_t until);

#endif
