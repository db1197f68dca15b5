/* Takes no lock; leaves a file named by its argument, as proof that it was started. */
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc > 1)
        close(open(argv[1], O_CREAT | O_WRONLY, 0600));
    return 0;
}
