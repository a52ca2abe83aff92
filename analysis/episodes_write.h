/* Writes episodes: a table for people, CSV with a row for each episode, JSON with a line for each episode, event and the period. */
#ifndef ANALYSIS_EPISODES_WRITE_H
#define ANALYSIS_EPISODES_WRITE_H

struct episodes;
struct ingest_counts;
struct options;

struct episodes_report {
	const struct options *options;
	const struct ingest_counts *counts;
	const struct episodes *episodes;
};

/* To standard output, in the format that the options say. */
void episodes_write(const struct episodes_report *report);
/* Its parts in episodes_data.c. */
void episodes_write_csv(const struct episodes_report *report);
void episodes_write_json(const struct episodes_report *report);

#endif
