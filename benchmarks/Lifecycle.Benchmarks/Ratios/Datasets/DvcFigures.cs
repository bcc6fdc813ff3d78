using System.Diagnostics;
using Lifecycle.Data;
using Microsoft.Win32.SafeHandles;

namespace Lifecycle.Benchmarks.Ratios.Datasets;

/// <summary>Adding to a DVC repository, flushed, with the bytes DVC would write; and MD5 against <c>md5sum</c>.</summary>
internal static class DvcFigures
{
    private const int Rounds = 5;

    public static async IAsyncEnumerable<Figure> MeasureAsync()
    {
        (Workload Workload, double Goal)[] sizes = [(Workload.W1, 1.67), (Workload.W2, 2), (Workload.W3, 2)];
        foreach ((Workload workload, double goal) in sizes)
        {
            yield return await Tool.Dvc.CompareAsync($"data.dvc.add.{workload.Name}.vs_dvc", goal, Rounds, () => AddAsync(workload), () => DvcPeer.Add(workload));
        }

        // eight lanes instead of sixteen
        double lanes = System.Runtime.Intrinsics.X86.Avx512F.IsSupported ? 2.5 : 1.5;
        foreach ((Workload workload, double goal) in new[] { (Workload.W1, 1.0), (Workload.W2, lanes) })
        {
            string[] paths = [.. workload.Paths];
            yield return await Tool.Md5Sum.CompareAsync(
                $"data.dvc.md5.{workload.Name}.vs_md5sum", goal, Rounds, () => HashAsync(paths), () => Tool.Md5Sum.Run(workload.Folder, paths));
        }
    }

    private static async Task<double> AddAsync(Workload workload)
    {
        string folder = Workload.Scratch("dvc-ours");
        DatasetFigures.CopyTree(workload.Folder, Path.Combine(folder, workload.Name));
        Directory.CreateDirectory(Path.Combine(folder, ".dvc"));
        await File.WriteAllTextAsync(Path.Combine(folder, ".dvc", "config"), "[core]\n    no_scm = True\n");
        DvcRepository repository = await DvcRepository.OpenAsync(folder);
        long started = Stopwatch.GetTimestamp();
        await repository.AddAsync(workload.Name);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Workload.Clear(folder);
        return seconds;
    }

    private static async Task<double> HashAsync(string[] paths)
    {
        HashedFile[] files = [.. paths.Select(p => new HashedFile(p))];
        long started = Stopwatch.GetTimestamp();
        await Md5Reading.RunAsync(files, CancellationToken.None);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return files.All(f => f.IsDone) ? seconds : throw new InvalidOperationException("A file was not hashed.");
    }

    private sealed class HashedFile(string path) : Md5LaneFile
    {
        private readonly long _length = new FileInfo(path).Length;

        public bool IsDone { get; private set; }

        public override long ExpectedLength => _length;

        public override SafeFileHandle Open() => File.OpenHandle(path);

        public override void Done(Md5Hash md5, long length, ReadOnlySpan<byte> whole) => IsDone = length == _length;
    }
}
