/*
 * An act of the quota: what goes, and why. Its intent is on the disk before anything goes (DIR/quota.intent), so that an act that was
 * begun is completed, and told of once, whatever interrupts it.
 */
#ifndef RESULTS_CARE_ACT_H
#define RESULTS_CARE_ACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/random_id.h"
#include "results/segment.h"

#define CARE_ACT_FILE "quota.intent"

struct buf;

enum care_act_kind {
	CARE_ACT_THIN, /* the day keeps one round of so many, and every round in which something was odd */
	CARE_ACT_DROP, /* the day keeps its events */
	CARE_ACT_ERASE, /* it keeps nothing */
	CARE_ACT_KIND_MAX
};

enum { CARE_ACT_ID_SIZE = RANDOM_ID_SIZE, CARE_ACT_REASON_SIZE = 200 };

struct care_act {
	enum care_act_kind kind;
	char id[CARE_ACT_ID_SIZE]; /* 128 random bits, hexadecimal: to be the id of the record that tells of the act */
	char day[SEGMENT_DAY_SIZE]; /* "2026-11-22", UTC */
	bool quiet; /* nothing odd was on that day */
	int64_t kept_one_of; /* CARE_ACT_THIN: rounds */
	int64_t records, bytes; /* that go; bytes on the disk */
	char reason[CARE_ACT_REASON_SIZE]; /* in words */
	struct care_act_segment {
		char name[SEGMENT_NAME_SIZE];
		bool replaced; /* by its .thin; else it is removed */
	} * segments; /* that are touched; all of that day */
	size_t nsegments;
};

/* "thin", "drop", "erase". */
const char *care_act_kind_name(enum care_act_kind kind);
/* Gives it a new id. */
void care_act_identify(struct care_act *act);
void care_act_add(struct care_act *act, const char *segment, bool replaced);
/* Frees, and leaves {0}. */
void care_act_clear(struct care_act *act);

/* One JSON object and a newline. */
void care_act_encode(const struct care_act *act, struct buf *out);
/* Returns 0; or -1 where it is no such object, names anything but segments of its day, or lacks a part. Pure: fuzzed. */
int care_act_parse(const char *text, size_t len, struct care_act *act);

/* To the directory, synced. Returns 0, or -1 with errno. */
int care_act_save(int dir_fd, const struct care_act *act);
/* 1 there is one, 0 there is none, -1 with errno. One that is damaged is logged and removed. */
int care_act_load(int dir_fd, struct care_act *act);
/* Returns 0, also when there is none; or -1 with errno. */
int care_act_remove(int dir_fd);

#endif
