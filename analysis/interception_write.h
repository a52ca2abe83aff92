/* Writes forged certificates: a text for people, CSV with a row for each target of a group, JSON with a line for each group and site. */
#ifndef ANALYSIS_INTERCEPTION_WRITE_H
#define ANALYSIS_INTERCEPTION_WRITE_H

struct interception_report;
struct options;

/* To standard output, in the format that the options say. */
void interception_write(const struct interception_report *report, const struct options *options);
/* Its part in interception_json.c. */
void interception_write_json(const struct interception_report *report);

#endif
