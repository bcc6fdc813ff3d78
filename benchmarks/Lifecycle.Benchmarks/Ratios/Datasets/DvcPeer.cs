namespace Lifecycle.Benchmarks.Ratios.Datasets;

/// <summary>DVC itself, where it is installed.</summary>
internal static class DvcPeer
{
    public static double Add(Workload workload)
    {
        string folder = Repository(workload);
        double seconds = Tool.Dvc.Run(folder, "add", workload.Name);
        Workload.Clear(folder);
        return seconds;
    }

    public static double Status(Workload workload)
    {
        string folder = Repository(workload);
        Tool.Dvc.Run(folder, "add", workload.Name);
        Tool.Dvc.Run(folder, "status");
        double seconds = Tool.Dvc.Run(folder, "status");
        Workload.Clear(folder);
        return seconds;
    }

    public static double Checkout(Workload workload, string link)
    {
        string folder = Repository(workload);
        Tool.Dvc.Run(folder, "config", "cache.type", link);
        Tool.Dvc.Run(folder, "add", workload.Name);
        Workload.Clear(Path.Combine(folder, workload.Name));
        double seconds = Tool.Dvc.Run(folder, "checkout");
        Workload.Clear(folder);
        return seconds;
    }

    private static string Repository(Workload workload)
    {
        string folder = Workload.Scratch("dvc");
        DatasetFigures.CopyTree(workload.Folder, Path.Combine(folder, workload.Name));
        Tool.Dvc.Run(folder, "init", "--no-scm", "-q");
        return folder;
    }
}
