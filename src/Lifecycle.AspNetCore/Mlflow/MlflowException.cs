namespace Lifecycle.AspNetCore;

/// <summary>An error in MLflow's words.</summary>
internal sealed class MlflowException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;

    public static MlflowException Invalid(string message) => new(MlflowErrors.InvalidParameterValue, message);

    public static MlflowException NotFound(string message) => new(MlflowErrors.ResourceDoesNotExist, message);

    public static MlflowException Missing(string parameter) =>
        Invalid($"Missing value for required parameter '{parameter}'. See the API docs for more information about request parameters.");

    public static MlflowException OutOfRange(string parameter, long value) =>
        Invalid($"Invalid value {value} for parameter '{parameter}' supplied:  Hint: Value was of type 'int'. See the API docs for more information about request parameters.");
}
