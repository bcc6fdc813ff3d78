using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Lifecycle.Storage.Local;
using Lifecycle.Storage.Specification;

namespace Lifecycle.Drift.Tests;

public sealed class ProcessMarkTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(-2, true)]
    [InlineData(60, false)]
    public void A_start_read_a_little_differently_is_the_same_process(int seconds, bool lives)
    {
        string[] parts = ProcessMark.New(Guid.Empty, "here").Split('|');
        parts[2] = (long.Parse(parts[2].Split('+')[0], CultureInfo.InvariantCulture) + seconds).ToString(CultureInfo.InvariantCulture);
        Assert.Equal(lives, ProcessMark.IsAlive(string.Join('|', parts), "here", Now.AddDays(-1), Now));
    }

    [Fact]
    public void A_clock_that_was_set_kills_no_process_where_the_system_counts_ticks()
    {
        string mark = ProcessMark.New(Guid.Empty, "here");
        Assert.True(ProcessMark.IsAlive(mark, "here", Now.AddDays(-1), Now));
        if (OperatingSystem.IsLinux())
        {
            string[] parts = mark.Split('|'), started = parts[2].Split('+');
            parts[2] = $"1000+{started[1]}";
            Assert.True(ProcessMark.IsAlive(string.Join('|', parts), "here", Now.AddDays(-1), Now));
            parts[2] = $"{started[0]}+{started[1]}0";
            Assert.False(ProcessMark.IsAlive(string.Join('|', parts), "here", Now.AddDays(-1), Now));
        }
    }

    [Fact]
    public async Task A_process_that_ended_is_dead_at_once()
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!;
        string[] parts = ProcessMark.New(Guid.Empty, "here").Split('|');
        parts[1] = process.Id.ToString(CultureInfo.InvariantCulture);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(ProcessMark.IsAlive(string.Join('|', parts), "here", Now, Now));
    }

    [Fact]
    public async Task A_process_that_ended_and_that_nobody_waits_for_is_dead_at_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only there an ended process stays until its parent looks.");
        using Process parent = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 600 & echo $!; exec sleep 600"]) { RedirectStandardOutput = true })!;
        try
        {
            int id = int.Parse((await parent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture);
            using Process child = Process.GetProcessById(id);
            string[] parts = ProcessMark.New(Guid.Empty, "here").Split('|');
            parts[1] = id.ToString(CultureInfo.InvariantCulture);
            parts[2] = new DateTimeOffset(child.StartTime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            string mark = string.Join('|', parts);
            Assert.True(ProcessMark.IsAlive(mark, "here", Now, Now));
            while (!(await File.ReadAllTextAsync($"/proc/{parent.Id}/cmdline", TestContext.Current.CancellationToken)).StartsWith("sleep", StringComparison.Ordinal))
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            child.Kill();
            while (!(await File.ReadAllTextAsync($"/proc/{id}/stat", TestContext.Current.CancellationToken)).Contains(" Z ", StringComparison.Ordinal))
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            Assert.False(ProcessMark.IsAlive(mark, "here", Now, Now));
        }
        finally
        {
            parent.Kill();
        }
    }

    [Fact]
    public void A_database_behind_links_of_its_folders_has_one_path()
    {
        // Where the system gives files no numbers, the path is what tells databases apart.
        using TemporaryFolder folder = new();
        string file = Path.Combine(Directory.CreateDirectory(folder["real/inner"]).FullName, "lifecycle.db");
        File.WriteAllText(file, "");
        Directory.CreateSymbolicLink(folder["link"], folder["real"]);
        Directory.CreateSymbolicLink(folder["relative"], "link/inner");
        File.CreateSymbolicLink(folder["file.db"], folder["relative/lifecycle.db"]);
        string path = FinalPath(null, file);
        Assert.Equal(path, FinalPath(null, folder["link/inner/lifecycle.db"]));
        Assert.Equal(path, FinalPath(null, folder["relative/lifecycle.db"]));
        Assert.Equal(path, FinalPath(null, folder["file.db"]));
    }

    [Fact]
    public void Who_lives_in_a_database_does_not_live_in_its_copy()
    {
        string mark = ProcessMark.New(Guid.Empty, "here");
        Assert.False(ProcessMark.IsAlive(mark, "copy", Now, Now));
        Assert.True(ProcessMark.IsMine(mark));
        Assert.Equal((true, false), (ProcessMark.IsIn(mark, "here"), ProcessMark.IsIn(mark, "copy")));
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "FinalPath")]
    private static extern string FinalPath(SqliteDatabase? type, string file);
}
