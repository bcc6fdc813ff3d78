using System.Diagnostics;
using Lifecycle.Serving;
using Lifecycle.Serving.TestModels;

namespace Lifecycle.OnnxRuntime.Tests;

/// <summary>What a child process does.</summary>
internal static class ChildRoutines
{
    public const string Race = "race";
    public const string Threads = "threads";

    private const int Races = 1_000;
    private const int Callers = 2;
    private const int Models = 8;

    public static async Task<int> RunAsync(string routine, string[] args)
    {
        switch (routine)
        {
            case Race:
                Console.WriteLine($"raced {RaceAll()}");
                return 0;
            case Threads:
                Console.WriteLine($"one {ThreadsOf(new OnnxOptions())}");
                Console.WriteLine($"four {ThreadsOf(new OnnxOptions { ThreadsPerRun = 4 })}");
                return 0;
            default:
                await Console.Error.WriteLineAsync($"No routine '{routine}'.");
                return 1;
        }
    }

    /// <summary>Disposes models while callers run them. A session that is closed under a run takes this process with it.</summary>
    private static int RaceAll()
    {
        SplitMix64 random = new(1);
        byte[] bytes = OnnxModels.Linear();
        int closed = 0;
        for (int race = 0; race < Races; race++)
        {
            OnnxModel model = OnnxRuns.Load(bytes);
            using Barrier start = new(Callers + 1);
            Thread[] callers = [.. Enumerable.Range(0, Callers).Select(_ => new Thread(() => RunUntilDisposed(model, start)))];
            foreach (Thread caller in callers)
            {
                caller.Start();
            }

            start.SignalAndWait();
            Thread.SpinWait(random.Below(20_000));
            model.Dispose();
            foreach (Thread caller in callers)
            {
                caller.Join();
            }

            closed += model.IsClosed ? 1 : 0;
        }

        return closed;
    }

    private static void RunUntilDisposed(LoadedModel model, Barrier start)
    {
        using TensorSet x = TensorSet.Of(("x", TensorValue.From<float>([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 10])));
        using TensorSet y = new();
        start.SignalAndWait();
        try
        {
            while (true)
            {
                model.Run(x, y);
                if (y["y"].Span<float>()[0] != 7.375f)
                {
                    Environment.FailFast($"A run beside a disposal gave {y["y"].Span<float>()[0]}.");
                }
            }
        }
        catch (ObjectDisposedException)
        {
        }
    }

    /// <summary>Threads that several models and their runs add to the process.</summary>
    private static int ThreadsOf(OnnxOptions options)
    {
        byte[] bytes = OnnxModels.Mlp();
        List<OnnxModel> models = [];
        int before = Process.GetCurrentProcess().Threads.Count;
        using TensorSet x = TensorSet.Of(("x", TensorValue.From<float>(new float[640], [10, 64])));
        using TensorSet y = new();
        for (int i = 0; i < Models; i++)
        {
            models.Add(OnnxRuns.Load(bytes, options));
            models[^1].Run(x, y);
        }

        int after = Process.GetCurrentProcess().Threads.Count;
        models.ForEach(m => m.Dispose());
        return (after - before) / Models;
    }
}
