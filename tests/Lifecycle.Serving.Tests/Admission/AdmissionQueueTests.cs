using FsCheck.Xunit;

namespace Lifecycle.Serving.Tests;

public sealed class AdmissionQueueTests
{
    [Property(MaxTest = 300)]
    public void Queue_IsAListSortedByPriorityAndArrival(ushort[] steps, byte levels)
    {
        int count = 1 + (levels % AdmissionQueue.MaximumLevels);
        AdmissionQueue queue = new(count);
        List<(int Level, WaitingCall Call)> expected = [];
        foreach (ushort step in steps)
        {
            if (step % 3 < 2 || expected.Count == 0)
            {
                int priority = (step / 3 % (count + 3)) - 1;
                int level = queue.Level(priority);
                Assert.Equal(priority >= 1 && priority <= count ? priority - 1 : count - 1, level);
                WaitingCall call = WaitingCall.Rent(null!, null, null, 1, step, default, level, default);
                call.Weight = step % 7;
                Assert.Equal(expected.Where(e => e.Level <= level).Sum(e => e.Call.Weight), queue.WeightAhead(level));
                queue.Push(call);
                expected.Insert(expected.FindLastIndex(e => e.Level <= level) + 1, (level, call));
            }
            else
            {
                int at = step / 3 % expected.Count;
                queue.Remove(expected[at].Call);
                expected.RemoveAt(at);
            }

            List<WaitingCall> found = [];
            for (WaitingCall? call = queue.First; call is not null; call = queue.After(call))
            {
                found.Add(call);
            }

            Assert.Equal(expected.Select(e => e.Call), found);
            Assert.Equal((expected.Count, expected.Sum(e => e.Call.Bytes), expected.Sum(e => e.Call.Weight)), (queue.Count, queue.Bytes, queue.Weight));
        }
    }
}
