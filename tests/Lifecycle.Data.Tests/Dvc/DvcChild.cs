using Lifecycle.Storage.Specification;

namespace Lifecycle.Data.Tests;

/// <summary>What a child process does with a DVC repository.</summary>
internal static class DvcChild
{
    public const string Work = "dvc-work";
    public const string Hold = "dvc-hold";
    public const string Add = "dvc-add";
    public const string ReadAll = "dvc-read";

    public static async Task<int> RunAsync(string routine, string[] args)
    {
        switch (routine)
        {
            case Work:
                await WorkAsync(args[0]);
                return 0;
            case Hold:
                using (new FileStream(Path.Combine(args[0], ".dvc", "tmp", "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
                {
                    Console.WriteLine("held");
                    Console.ReadLine();
                }

                return 0;
            case Add:
                await AddAsync(args[0], args[1]);
                return 0;
            case ReadAll:
                foreach (string file in Directory.EnumerateFiles(args[0]).Order(StringComparer.Ordinal))
                {
                    Console.WriteLine($"{Path.GetFileName(file)} {Outcome(file)}");
                }

                return 0;
            default:
                await Console.Error.WriteLineAsync($"No routine '{routine}'.");
                return 64;
        }
    }

    // Reads what a child or a test may be given; says how that ended.
    public static string Outcome(string file)
    {
        try
        {
            if (file.EndsWith(".dir", StringComparison.Ordinal))
            {
                DvcDirectoryObject.Parse(File.ReadAllBytes(file), file);
            }
            else
            {
                DvcOutputs.Read(file, Path.GetFileName(file));
            }

            return "read";
        }
        catch (DvcFormatException e) when (e.Line > 0 && e.Column > 0)
        {
            return "refused";
        }
    }

    private static async Task WorkAsync(string root)
    {
        DvcRepository dvc = await DvcRepository.OpenAsync(root, new DvcOptions { OuterConfig = [] });
        await dvc.ListAsync();
        Console.WriteLine("ready");
        await dvc.CheckoutAsync("co");
        Console.WriteLine("out");
        await dvc.AddAsync("d");
        Console.WriteLine("added");
        await dvc.PushAsync();
        Console.WriteLine("pushed");
    }

    private static async Task AddAsync(string root, string prefix)
    {
        DvcRepository dvc = await DvcRepository.OpenAsync(root, new DvcOptions { OuterConfig = [], LockTimeout = TimeSpan.FromMinutes(2) });
        for (int i = 0; i < 5; i++)
        {
            await dvc.AddAsync($"{prefix}{i}");
        }
    }
}
