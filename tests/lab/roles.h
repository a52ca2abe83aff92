/* What netvane-lab can be: each role has a file of its own and a row in main.c's table. */
#ifndef LAB_ROLES_H
#define LAB_ROLES_H

/* argv[0] is the role's name. Return the program's exit code. */
int lab_run_main(int argc, char **argv);
/* Runs a command at the client's. */
int lab_try_main(int argc, char **argv);
/* Names the scenarios in the files given, and reads them for that. */
int lab_list_main(int argc, char **argv);
/* Plays a chronicle, and compares what the daemon told with it. */
int lab_month_main(int argc, char **argv);

#endif
