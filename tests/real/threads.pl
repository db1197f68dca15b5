# Perl's interpreter threads, a shared variable, a queue, a fork.
use strict;
use warnings;
use threads;
use threads::shared;
use Thread::Queue;

my $count :shared = 0;
my $queue = Thread::Queue->new;
my @threads = map { threads->create(sub {
    for (1 .. 300) { lock($count); $count++; cond_broadcast($count); }
    my $sum = 0;
    while (defined(my $value = $queue->dequeue)) { $sum += $value; }
    return $sum;
}) } 1 .. 4;
{ lock($count); cond_wait($count) while $count < 1200; }
$queue->enqueue(1 .. 100);
$queue->end;
my $sum = 0;
$sum += $_->join for @threads;
$| = 1;
print "$count $sum\n";
my $child = fork // die;
if (!$child) { print "child\n"; exit 4; }
waitpid $child, 0;
print $? >> 8, "\n";
