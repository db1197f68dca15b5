# Ruby's threads, a mutex, a condition, a queue, a timeout, a child, a fork.
require "timeout"
mutex, condition, queue, count = Mutex.new, ConditionVariable.new, SizedQueue.new(5), 0
threads = 4.times.map { Thread.new { 500.times { |i| mutex.synchronize { count += 1; condition.signal }; queue << i if i % 50 == 0 } } }
sum = 40.times.sum { queue.pop }
threads.each(&:join)
mutex.synchronize { condition.wait(mutex, 0.01) while count < 2000 }
late = begin Timeout.timeout(0.05) { sleep 5 } rescue "late" end
puts "#{count} #{sum} #{late} #{`echo child`.chomp} #{$?.exitstatus}"
$stdout.flush
Process.wait(fork { exit! 3 })
puts $?.exitstatus
