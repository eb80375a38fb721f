/* Print the peak resident memory of a program, bytes. A small process starts it, because memory of
 * the parent before exec counts for the child. Usage: peak PROGRAM [ARGUMENT...] */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage usage;
    int status;
    if (argc < 2)
        return EXIT_FAILURE;
    const pid_t child = fork();
    if (child == 0) {
        execvp(argv[1], argv + 1);
        _exit(EXIT_FAILURE);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child || !WIFEXITED(status))
        return EXIT_FAILURE;
    printf("%lld\n", (long long)usage.ru_maxrss * 1024);
    return WEXITSTATUS(status);
}
