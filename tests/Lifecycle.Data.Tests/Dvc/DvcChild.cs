using System.Text;

namespace Lifecycle.Data.Tests;

/// <summary>What a child process does with a DVC repository.</summary>
internal static class DvcChild
{
    public const string AddOn = "dvc-add-until-killed";
    public const string CheckoutOn = "dvc-checkout-until-killed";
    public const string PushOn = "dvc-push-until-killed";

    /// <summary>Remotes of the child that pushes; more than it comes to.</summary>
    public const int Remotes = 60;
    public const string Hold = "dvc-hold";
    public const string Add = "dvc-add";
    public const string ReadAll = "dvc-read";

    public static async Task<int> RunAsync(string routine, string[] args)
    {
        switch (routine)
        {
            case AddOn:
                await AddOnAsync(args[0]);
                return 0;
            case CheckoutOn:
                await CheckoutOnAsync(args[0]);
                return 0;
            case PushOn:
                await PushOnAsync(args[0]);
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

    /// <summary>The files of the nth folder that the child adds.</summary>
    public static IEnumerable<(string Path, byte[] Content)> Files(int number)
    {
        for (int i = 0; i < 40; i++)
        {
            yield return (FormattableString.Invariant($"x{number}/{i % 5}/f{i}"), Encoding.UTF8.GetBytes($"{number} {i}"));
        }

        byte[] big = new byte[400_000 + number];
        big.AsSpan().Fill((byte)number);
        yield return (FormattableString.Invariant($"x{number}/big"), big);
    }

    // The user's own folder first, then one new folder after the other.
    private static async Task AddOnAsync(string root)
    {
        DvcRepository dvc = await OpenAsync(root);
        for (int i = 0; ; i++)
        {
            if (i > 0)
            {
                foreach ((string path, byte[] content) in Files(i))
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
                    File.WriteAllBytes(Path.Combine(root, path), content);
                }
            }

            Console.WriteLine(Program.Begin);
            await dvc.AddAsync(i == 0 ? "d" : FormattableString.Invariant($"x{i}"));
            Console.WriteLine(Program.End);
        }
    }

    // Two states in turn: files are replaced, removed and made.
    private static async Task CheckoutOnAsync(string root)
    {
        DvcRepository dvc = await OpenAsync(root);
        for (int i = 0; ; i++)
        {
            string next = Path.Combine(root, "next");
            File.Copy(Path.Combine(root, "..", i % 2 == 0 ? "second.dvc" : "first.dvc"), next, overwrite: true);
            File.Move(next, Path.Combine(root, "co.dvc"), overwrite: true);
            Console.WriteLine(Program.Begin);
            await dvc.CheckoutAsync("co");
            Console.WriteLine(Program.End);
        }
    }

    private static async Task PushOnAsync(string root)
    {
        DvcRepository dvc = await OpenAsync(root);
        for (int i = 0; ; i++)
        {
            Console.WriteLine(Program.Begin);
            await dvc.PushAsync(remote: FormattableString.Invariant($"r{i % Remotes}"));
            Console.WriteLine(Program.End);
        }
    }

    private static async Task<DvcRepository> OpenAsync(string root)
    {
        DvcRepository dvc = await DvcRepository.OpenAsync(root, new DvcOptions { OuterConfig = [] });
        await dvc.ListAsync();
        Console.WriteLine("ready");
        return dvc;
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
