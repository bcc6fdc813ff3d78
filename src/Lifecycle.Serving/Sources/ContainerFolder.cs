namespace Lifecycle.Serving;

/// <summary>Where the platform of a container puts the files of its model.</summary>
internal static class ContainerFolder
{
    /// <summary>The variable of Vertex AI.</summary>
    public const string Variable = "AIP_STORAGE_URI";

    /// <summary>The folder of SageMaker.</summary>
    public const string Usual = "/opt/ml/model";

    /// <summary>The folder that the environment names, or the usual one.</summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    /// <exception cref="LifecycleException">The variable names a place that is not on this machine.</exception>
    public static string Of(Func<string, string?> variable)
    {
        if (variable(Variable) is not { Length: > 0 } named)
        {
            return Usual;
        }

        try
        {
            return LocalPath.Of(named);
        }
        catch (ArgumentException)
        {
            throw new LifecycleException(
                $"The environment variable {Variable} is '{named}', which does not lie on this machine. "
                + "Register the model and serve it by FromRegistry, or mount the bucket and set the variable to the mounted folder.");
        }
    }
}
